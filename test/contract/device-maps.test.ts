// Lost if deleted: the contract every device model owes, so that a new map is proved by adding one line to the catalogue.
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import { describeMap } from './map-contract.ts';

for (const model of deviceModels) describeMap(model, deviceCatalogue[model]);
