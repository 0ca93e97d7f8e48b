import { benchGraph } from './benchGraph.ts';

export default benchGraph(1);
