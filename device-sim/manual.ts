/** The manual of the simulator as a program. It must say what main.ts does and nothing else. */

/** What `npm run sim -- --help` prints. */
export const manual = `Usage: npm run sim -- [COMMAND] [options]

A simulated sorting point: boards, readers and villagers, reached over real bytes.

  list                what there is: models, scenarios, every fault by name
  run                 lets a site live until it is told to stop; the command when none is given
  play FILE           plays a scenario (config/scenarios), prints what happens, checks what it expects of the site
                      and, with --gateway, of the gateway at its wires; --site and --state may be left out
  record FILE DIR     plays a scenario with a gateway beside it and captures the run in DIR
  replay DIR [--json] lets a gateway live through a capture of sifen run --record; 0 the same decisions, 1 others,
                      2 the capture cannot be replayed
  panel               run, with the technician's page on http://127.0.0.1:8081 (see --panel-port)

run, play and panel:
  --site FILE         what stands here (see config/demo-site.yaml)
  --state DIR         memory of the boards and of the village; resumed at the next start
  --cards FILE        one card code a line: the households
  --roll-labels FILE  one roll label a line, in printing order
  --pace N            village time runs N times as fast, 1 to 60 (default 1); the wire stays real
  --seed N            whole number; the same seed gives the same villagers and faults (default 1)
  --start MS          village time at the start, ms since 1970 (default now)
  --listen ID=PLACE   HOST:PORT (port 0 takes a free one) or a serial port or pty, instead of the place
                      in the site file; may be repeated
  --fault FAULT       a fault in force from the start, such as 'scale-line:crc-bit:p=0.2' or
                      'dispenser-1:jam'; may be repeated
  --proxy ID=A>B      passes TCP from HOST:PORT A to B, so that the network to a broker can be disturbed:
                      --proxy 'broker=127.0.0.1:1884>127.0.0.1:1883' --fault broker:half-open
  --gateway URL       play: status page of the gateway that is watched, such as http://127.0.0.1:8080
  --panel-port N      serves the technician's page on this port of 127.0.0.1, 0 takes a free one
  --nv fsync|fast     whether the dispenser's memory is on the disk before it moves (default fsync),
                      or only with the operating system
  --no-villagers      nobody comes; only what is typed happens
  --parent-watch      stop when standard input closes or the parent process is gone
  --json              one JSON object a line for everything that happens

Type JSON lines to act:
  {"do":"tray","scale":"scale-1","grams":1200}
  {"do":"scan","reader":"scale-reader","text":"M1:PAPER"}
  {"do":"door","device":"dispenser-1","open":true}
  {"do":"card","reader":"scale-reader","household":1}             the first card of the card file
  {"do":"load","dispenser":"dispenser-1","labels":["..."]}        needs the door open
  {"do":"restock","dispenser":"dispenser-1","rolls":5}            the next labels of the label file; door open
  {"do":"unload","dispenser":"dispenser-1"}                       takes all rolls out; door open
  {"do":"take","dispenser":"dispenser-1"}                         whatever lies in the tray
  {"do":"free-throat","dispenser":"dispenser-1"}
  {"do":"service-dispense","dispenser":"dispenser-1","rolls":1}
  {"do":"smoke","bin":"bin-1","compartment":1,"on":true}
  {"do":"power","device":"scale-1","on":false}
  {"do":"fault","fault":"scale-line:cable-pulled"}
  {"do":"clear","fault":"scale-line:cable-pulled"}                a target alone clears all of its faults,
                                                                  no "fault" at all clears everything
  {"do":"stop"}

Every motor start is kept in DIR/motor-journal.jsonl with its job and the roll it meant to move.
Exit codes: 0 done or told to stop, 1 the outside world is in the way or a scenario was not fulfilled, 2 wrong usage.
`;
