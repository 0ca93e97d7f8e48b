import { eventRoutes } from './events.ts';
import { apiLimits } from './limits.ts';
import { partitionRoutes } from './partitions.ts';
import type { Route } from './route.ts';
import { runRoutes } from './runs.ts';
import { slaRoutes } from './sla.ts';
import { systemRoutes } from './system.ts';
import { wantRoutes } from './wants.ts';

/** Every call of the API. @param streamSeconds after how long a stream of events ends. */
export function routesOf(streamSeconds: number = apiLimits.waitSeconds): readonly Route[] {
  const routes: readonly Route[] = [
    ...wantRoutes,
    ...partitionRoutes,
    ...runRoutes,
    ...eventRoutes(streamSeconds),
    ...slaRoutes,
    ...systemRoutes(() => routes),
  ];
  return routes;
}
