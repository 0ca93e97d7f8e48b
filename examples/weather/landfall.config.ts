import { defineGraph, job, partitions } from 'landfall';

// Somebody else's data: a day is here when it has been reported. Before 2012 there is none, and none is waited for.
const raw = partitions('weather/raw/{date:day}', { external: true, owner: 'noaa-feed', from: '2012-01-01' });

const daily = partitions('weather/daily/{date:day}');
const rolling = partitions('weather/rolling/{date:day}');
const monthly = partitions('weather/monthly/{month:month}');
const extremes = partitions('weather/extremes/{month:month}');
const yearly = partitions('weather/yearly/{year:year}');

export default defineGraph({
  name: 'weather',
  owner: 'climate-team',
  jobs: [
    job('clean', {
      inputs: [raw.same()],
      outputs: [daily],
      run: './jobs/clean.ts',
      retry: { attempts: 5, backoffSeconds: 1 }, // A file can be reported before it is written to its end.
    }),
    job('summarise', {
      inputs: [daily.every('day').within('month')],
      outputs: [monthly, extremes], // Both or none.
      run: './jobs/summarise.ts',
      expectedSeconds: 1, // A want's deadline, less this, is the deadline of the days that it needs.
    }),
    job('review', {
      inputs: [monthly.every('month').within('year'), extremes.every('month').within('year')],
      outputs: [yearly],
      run: './jobs/review.ts',
      expectedSeconds: 1,
    }),
    job('roll', {
      inputs: [daily.last(30)],
      outputs: [rolling],
      run: { command: ['awk', '-f', 'jobs/roll.awk'] }, // A job may be any program.
      pool: 'programs',
    }),
  ],
  // Four at a time; the fourth only for what somebody wants by a deadline.
  pools: { programs: { capacity: 4, reservedForDeadlines: 1 } },
});
