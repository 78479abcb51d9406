// Lost if deleted: the proof that every catalogued scale weighs for points against its simulated twin, in memory and over TCP.
import { describeScales } from './scale-contract.ts';

describeScales('memory', () => 'memory');
describeScales('TCP', () => 'tcp');
