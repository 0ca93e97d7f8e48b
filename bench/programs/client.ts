/** Posts wants for ever new partitions from 64 connections, and prints what it saw as one line of JSON. */
import autocannon from 'autocannon';

const [url = '', token = '', seconds = '', firstKey = ''] = process.argv.slice(2);
let key = Number(firstKey);
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const asked = {
  ttlSeconds: 604_800,
  slaSeconds: 518_400,
  comment: 'for the report of the climate team, asked each morning',
};

const result = await autocannon({
  url,
  connections: 64,
  duration: Number(seconds),
  requests: [
    {
      method: 'POST',
      path: '/api/v1/wants',
      headers,
      setupRequest: (request) => ({ ...request, body: JSON.stringify({ partitionRef: `out00.0/${key++}`, ...asked }) }),
    },
  ],
});
const bad = result.non2xx + result.errors + result.timeouts;
console.log(JSON.stringify({ perSecond: result['2xx'] / result.duration, p99Ms: result.latency.p99, bad, key }));
