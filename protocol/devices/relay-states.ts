/**
 * What every board of eight relays and eight inputs lets itself be asked, at the addresses on which both classes agree: its coils and its
 * inputs. Nothing here can be written.
 */
export const relayStates = {
  relay1On: { space: 'coil', address: 0, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 1: 1 = drawn.' },
  relay2On: { space: 'coil', address: 1, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 2: 1 = drawn.' },
  relay3On: { space: 'coil', address: 2, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 3: 1 = drawn.' },
  relay4On: { space: 'coil', address: 3, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 4: 1 = drawn.' },
  relay5On: { space: 'coil', address: 4, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 5: 1 = drawn.' },
  relay6On: { space: 'coil', address: 5, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 6: 1 = drawn.' },
  relay7On: { space: 'coil', address: 6, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 7: 1 = drawn.' },
  relay8On: { space: 'coil', address: 7, kind: 'bit', access: 'r', poll: 'status', doc: 'Relay 8: 1 = drawn.' },
} as const;

export const inputStates = {
  input1: { space: 'discrete', address: 0, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 1 as wired; the site file says which way is active.' },
  input2: { space: 'discrete', address: 1, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 2 as wired; the site file says which way is active.' },
  input3: { space: 'discrete', address: 2, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 3 as wired; the site file says which way is active.' },
  input4: { space: 'discrete', address: 3, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 4 as wired; the site file says which way is active.' },
  input5: { space: 'discrete', address: 4, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 5 as wired; the site file says which way is active.' },
  input6: { space: 'discrete', address: 5, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 6 as wired; the site file says which way is active.' },
  input7: { space: 'discrete', address: 6, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 7 as wired; the site file says which way is active.' },
  input8: { space: 'discrete', address: 7, kind: 'bit', access: 'r', poll: 'status', doc: 'Input 8 as wired; the site file says which way is active.' },
} as const;

const inputs = ['input1', 'input2', 'input3', 'input4', 'input5', 'input6', 'input7', 'input8'] as const;
type InputName = (typeof inputs)[number];

/** How a bin asks for the inputs of such a board, counted from 1. */
export const inputReading = {
  fields: inputs,
  input: (values: Readonly<Record<InputName, boolean>>, input: number) => values[`input${input}` as InputName],
};
