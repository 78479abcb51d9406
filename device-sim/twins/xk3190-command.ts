/** The twin of a Yaohua indicator in command mode: it answers its own letter, and not at all when overloaded. */
import { addressOf, type IndicatorReply, type IndicatorRequest, xk3190Command } from '../../protocol/devices/xk3190-command.ts';
import { type AnswerTwin, countsOf, decimalsFor } from './scale-twin.ts';

export const xk3190CommandTwin: AnswerTwin<IndicatorReply, IndicatorRequest> = {
  scale: xk3190Command,
  answer(request, { grossGrams, tareGrams, intervalGrams, overload }, unit) {
    if (request.address !== addressOf(unit) || overload) return { reply: null };
    if (request.command === 'A') return { reply: { ...request, shown: null } };
    const decimals = decimalsFor(intervalGrams);
    const count = countsOf({ B: grossGrams, C: tareGrams, D: grossGrams - tareGrams }[request.command], decimals);
    return { reply: { ...request, shown: { negative: count < 0, digits: Math.abs(count), decimals } } };
  },
};
