/**
 * Words of oversight: what an inspection of a village can find, the colours its score falls into, and what breaks, is put in and stands still at a
 * device. Codes stand in events, so that nobody writes a name into one; photos and letters stay outside.
 */
import { z } from 'zod';

/** What an inspection looks at. */
export const inspectionItems = {
  mixedAtHome: { zh: '农户混投', en: 'waste mixed at home' },
  mixedAtShed: { zh: '分类棚混放', en: 'classes mixed at the shed' },
  shedDirty: { zh: '分类棚不洁', en: 'shed not clean' },
  binBroken: { zh: '桶破损或缺失', en: 'bins broken or missing' },
  signMissing: { zh: '标识缺失', en: 'signs missing' },
  leftUncollected: { zh: '未及时清运', en: 'not collected in time' },
  dumped: { zh: '乱堆乱倒', en: 'waste dumped' },
  hazardousStored: { zh: '有害垃圾存放不当', en: 'hazardous waste stored wrongly' },
  recordsIncomplete: { zh: '台账不全', en: 'records incomplete' },
  stationFault: { zh: '处理站不正常', en: 'treatment station not in order' },
  publicityMissing: { zh: '公示宣传不到位', en: 'notices not put up' },
} as const;
export type InspectionItem = keyof typeof inspectionItems;
export const inspectionItemSchema = z.enum(Object.keys(inspectionItems) as [InspectionItem, ...InspectionItem[]]).meta({ title: 'finding of an inspection' });

/** Best first. Source: four-colour list of Fenghua, 90 / 75 / 60. */
export const bands = {
  green: { zh: '绿色', en: 'green' },
  blue: { zh: '蓝色', en: 'blue' },
  yellow: { zh: '黄色', en: 'yellow' },
  red: { zh: '红色', en: 'red' },
} as const;
export type Band = keyof typeof bands;
export const bandSchema = z.enum(Object.keys(bands) as [Band, ...Band[]]).meta({ title: 'band of a score' });

/** Why a device or place is out of service. */
export const outages = {
  broken: { zh: '故障', en: 'broken' },
  maintenance: { zh: '检修', en: 'under maintenance' },
  noPower: { zh: '停电', en: 'without power' },
  unsafe: { zh: '有危险', en: 'not safe' },
  weather: { zh: '天气原因', en: 'because of the weather' },
} as const;
export type Outage = keyof typeof outages;
export const outageSchema = z.enum(Object.keys(outages) as [Outage, ...Outage[]]).meta({ title: 'reason of an outage' });

/** What was done at a device. */
export const repairWorks = {
  cleaned: { zh: '清洁', en: 'cleaned' },
  adjusted: { zh: '调整', en: 'adjusted' },
  partReplaced: { zh: '换件', en: 'parts replaced' },
  deviceReplaced: { zh: '整机更换', en: 'device replaced' },
  wiring: { zh: '线路检修', en: 'wiring mended' },
  setUp: { zh: '重新设置', en: 'set up anew' },
  notRepaired: { zh: '未修好', en: 'not repaired' },
} as const;
export type RepairWork = keyof typeof repairWorks;
export const repairWorkSchema = z.enum(Object.keys(repairWorks) as [RepairWork, ...RepairWork[]]).meta({ title: 'work at a device' });

/** Parts a village keeps or has sent. */
export const spareParts = {
  motor: { zh: '电机', en: 'motor' },
  dropSensor: { zh: '落袋传感器', en: 'drop sensor' },
  levelSensor: { zh: '满溢传感器', en: 'level sensor' },
  smokeSensor: { zh: '烟雾传感器', en: 'smoke sensor' },
  loadCell: { zh: '称重传感器', en: 'load cell' },
  lock: { zh: '电锁', en: 'lock' },
  relayBoard: { zh: '继电器板', en: 'relay board' },
  controlBoard: { zh: '控制板', en: 'control board' },
  reader: { zh: '扫码器', en: 'reader' },
  printer: { zh: '打印机', en: 'printer' },
  powerSupply: { zh: '电源', en: 'power supply' },
  cable: { zh: '线缆', en: 'cable' },
  battery: { zh: '电池', en: 'battery' },
  other: { zh: '其他', en: 'other' },
} as const;
export type SparePart = keyof typeof spareParts;
export const sparePartSchema = z.enum(Object.keys(spareParts) as [SparePart, ...SparePart[]]).meta({ title: 'spare part' });
