// The page of the technician's panel. It shows what the simulator sends and sends back orders; it remembers and decides nothing.

const toldMax = 60;
const find = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

/** Sends one order and says what came of it. */
async function obey(order) {
  const answer = find('answer');
  try {
    const reply = await fetch('/api/orders', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) });
    const { ok, reason } = await reply.json();
    answer.textContent = ok ? `好 / done: ${order.do}` : `不行 / refused: ${reason}`;
    answer.className = ok ? 'good' : 'bad';
  } catch {
    answer.textContent = '模拟器没有应答 / the simulator does not answer';
    answer.className = 'bad';
  }
}

const button = (text, order) => make('button', { type: 'button', textContent: text, onclick: () => obey(typeof order === 'function' ? order() : order) });
/** A number field with its name, and the input itself. */
function number(text, value, bounds = {}) {
  const input = make('input', { type: 'number', value, min: 0, ...bounds });
  return { input, label: make('label', {}, `${text} `, input) };
}

/** A household and a button that shows its card at `reader`. */
function cardActs(reader, state) {
  const household = number('户 / Household', 1, { min: 1, max: state.households });
  return [household.label, button('刷卡 / Show card', () => ({ do: 'card', reader, household: Number(household.input.value) }))];
}

const actsOf = {
  scale(device, state) {
    const grams = number('克 / Grams', 2500);
    return [
      grams.label,
      button('放上托盘 / Put on tray', () => ({ do: 'tray', scale: device.id, grams: Number(grams.input.value) })),
      button('清空托盘 / Empty tray', { do: 'tray', scale: device.id, grams: 0 }),
      ...cardActs(device.counter, state),
      ...state.materials.map((code) => button(code.replace(/^.*:/, ''), { do: 'scan', reader: device.counter, text: code })),
    ];
  },
  dispenser(device, state) {
    const rolls = number('卷 / Rolls', 5, { min: 1, max: 100 });
    // A board without a unit number is a vending board: no door contact, no service key, no reader of its own.
    const own =
      device.unit === null
        ? []
        : [
            button('开门 / Open door', { do: 'door', device: device.id, open: true }),
            button('关门 / Close door', { do: 'door', device: device.id, open: false }),
            button('维修出袋 / Service dispense', { do: 'service-dispense', dispenser: device.id, rolls: 1 }),
            ...cardActs(device.counter, state),
          ];
    return [
      ...own,
      rolls.label,
      button('装袋卷 / Load rolls', () => ({ do: 'restock', dispenser: device.id, rolls: Number(rolls.input.value) })),
      button('取空袋仓 / Empty magazine', { do: 'unload', dispenser: device.id }),
      button('取走袋卷 / Take rolls', { do: 'take', dispenser: device.id }),
      button('疏通出口 / Free throat', { do: 'free-throat', dispenser: device.id }),
    ];
  },
  bin(device) {
    const compartment = number('格 / Compartment', 1, { min: 1, max: 4 });
    const smoke = (on) => () => ({ do: 'smoke', bin: device.id, compartment: Number(compartment.input.value), on });
    return [
      button('开门 / Open door', { do: 'door', device: device.id, open: true }),
      button('关门 / Close door', { do: 'door', device: device.id, open: false }),
      compartment.label,
      button('冒烟 / Smoke', smoke(true)),
      button('烟散 / No smoke', smoke(false)),
    ];
  },
};

const options = (rows) => rows.map(({ name, zh, en }) => make('option', { value: name, textContent: `${zh} / ${name}`, title: en }));

/** A form that injects a fault at `target`. */
function wireFaultForm(form, target, rows) {
  form.querySelector('select').append(...options(rows));
  form.onsubmit = (event) => {
    event.preventDefault();
    const { name, parameters } = Object.fromEntries(new FormData(form));
    void obey({ do: 'fault', fault: [target, name, ...(parameters ? [parameters] : [])].join(':') });
  };
}

function buildDevice(device, state, faults) {
  const card = find('device').content.firstElementChild.cloneNode(true);
  card.id = device.id;
  card.querySelector('h2').textContent = device.id;
  card.querySelector('.place').textContent = device.unit === null ? device.model : `${device.model} · ${device.line} · 站号 / unit ${device.unit}`;
  card.querySelector('.acts').append(...(actsOf[device.kind]?.(device, state) ?? []));
  wireFaultForm(
    card.querySelector('form'),
    device.id,
    faults.filter(({ layer, kind }) => layer === 'board' && kind.split(', ').includes(device.kind)),
  );
  card.querySelector('.power').onclick = () => obey({ do: 'power', device: device.id, on: card.classList.contains('dark') });
  return card;
}

const faultForm = () => find('device').content.querySelector('form').cloneNode(true);

/** The network before a broker: it has no cable of its own, and faults by name. */
function buildNetwork(network, faults) {
  const place = make('div', { className: 'wire', id: `network-${network.id}` }, make('strong', { textContent: network.id }), ' 网络 / network ');
  const form = faultForm();
  wireFaultForm(
    form,
    network.id,
    faults.filter(({ layer }) => layer === 'network'),
  );
  place.append(form);
  return place;
}

function buildPlace(place, isLine, faults) {
  const wire = make('div', { className: 'wire', id: `wire-${place.id}` }, make('strong', { textContent: place.id }), ` ${place.listen} `);
  const cable = make('button', { type: 'button', className: 'cable' });
  cable.onclick = () => obey({ do: wire.classList.contains('cut') ? 'clear' : 'fault', fault: `${place.id}:cable-pulled` });
  wire.append(cable);
  if (!isLine) return wire;
  const form = faultForm();
  wireFaultForm(
    form,
    place.id,
    faults.filter(({ layer, name }) => layer === 'wire' && place.faults.includes(name)),
  );
  wire.append(form);
  return wire;
}

/** A value as a person reads it: flags by the names of those that are set. */
function textOf(value) {
  if (value === null || typeof value !== 'object') return String(value);
  const parts = Object.entries(value).flatMap(([name, part]) => (part === true ? [name] : part === false ? [] : [`${name} ${part}`]));
  return parts.length === 0 ? '-' : parts.join(', ');
}

function showRegisters(card, shown) {
  const body = card.querySelector('tbody');
  for (const { name, value, unit, place, doc } of shown) {
    let row = body.querySelector(`[data-name="${name}"]`);
    if (row === null) {
      row = make(
        'tr',
        { title: `${place}  ${doc}` },
        make('td', { className: 'address', textContent: place.split(' ').at(-1) }),
        make('td', { textContent: name }),
      );
      row.append(make('td', { className: 'value' }), make('td', { className: 'unit', textContent: unit }));
      row.dataset.name = name;
      body.append(row);
    }
    const cell = row.querySelector('.value');
    const text = textOf(value);
    row.classList.toggle('fresh', cell.textContent !== '' && cell.textContent !== text);
    cell.textContent = text;
  }
}

function show(state, faults) {
  const time = new Date(state.nowMs + 8 * 3_600_000).toISOString();
  find('clock').textContent = `${time.slice(0, 10)} ${time.slice(11, 19)}`;
  for (const device of state.devices) {
    let card = find(device.id);
    if (card === null) {
      card = buildDevice(device, state, faults);
      find('devices').append(card);
    }
    card.classList.toggle('dark', !device.powered);
    card.querySelector('.power').textContent = device.powered ? '断电 / Power off' : '通电 / Power on';
    showRegisters(card, device.shown);
  }
  for (const [places, isLine] of [
    [state.lines, true],
    [state.readers, false],
  ])
    for (const place of places) {
      let wire = find(`wire-${place.id}`);
      if (wire === null) {
        wire = buildPlace(place, isLine, faults);
        find('places').append(wire);
      }
      wire.classList.toggle('cut', place.cut);
      wire.querySelector('.cable').textContent = place.cut ? '插回线缆 / Plug cable' : '拔出线缆 / Pull cable';
    }
  for (const network of state.networks) if (find(`network-${network.id}`) === null) find('places').append(buildNetwork(network, faults));
  find('faults').replaceChildren(
    ...state.faults.map(({ target, name, text }) => make('li', {}, `${text} `, button('清除 / Clear', { do: 'clear', fault: `${target}:${name}` }))),
  );
}

function tell({ atMs, text }) {
  const time = new Date(atMs + 8 * 3_600_000).toISOString().slice(11, 19);
  find('told').prepend(make('li', { textContent: `${time}  ${text}` }));
  while (find('told').children.length > toldMax) find('told').lastElementChild.remove();
}

const faults = await (await fetch('/api/faults')).json();
find('clear-all').onclick = () => obey({ do: 'clear' });
const live = new EventSource('/api/live');
live.addEventListener('state', (event) => show(JSON.parse(event.data), faults));
live.addEventListener('told', (event) => tell(JSON.parse(event.data)));
live.onopen = () => Object.assign(find('link'), { textContent: '已连接 / live', className: 'good' });
live.onerror = () => Object.assign(find('link'), { textContent: '断开 / not connected', className: 'bad' });
