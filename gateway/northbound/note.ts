/**
 * How the northbound room says what an operator should know: connections that come and go, peers that were refused. The runtime hands
 * in where it goes. It must never be given a payload, a card code or a password.
 */
export type Note = (level: 'info' | 'warn', message: string, facts: Readonly<Record<string, string | number>>) => void;
