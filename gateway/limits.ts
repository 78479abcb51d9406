/**
 * Every bound of the gateway with its unit and its reason. A queue, buffer, wait or retry without a number here does not exist.
 * This file imports nothing and decides nothing.
 */

/** SQLite keeps the write-ahead log below this between checkpoints. Unit: byte. 16 MiB is some 10,000 events. */
export const walJournalBytesMax = 16 * 1024 * 1024;
/** Files up to this size are read whole at a start: about half a second on a small PC. Unit: byte. */
export const wholeCheckBytesMax = 64 * 1024 * 1024;
/** Events checked against the chain at every start; all of them are checked by `sifen events verify`. */
export const startVerifyEventsMax = 1000;
/** Events one append may carry: a whole roster (5,000 rows, some with several cards) in one transaction. */
export const appendEventsMax = 20_000;

/** A command is given up and fenced when the board has not taken it after this. Unit: wire ms. 2 s plus the worst device latency. */
export const dispenseAcceptMs = 3000;
/** Pause between two looks at a board while a job runs. Unit: village ms. */
export const dispensePollMs = 100;
/** Pause between two looks at an idle board; well inside its 10 s heartbeat. Unit: village ms, and never more than this on the wire. */
export const dispenserIdlePollMs = 1000;
/** How long a settlement waits for the exit reader to name a roll the counter has seen. Unit: wire ms. */
export const exitScanWaitMs = 1000;
/** Labels and scans waiting for one dispenser. More are refused: nobody scans that fast by hand. */
export const dispenserScansMax = 256;
/** Fences tried on a board that stays in FAULT with throat and door clear, before it is locked. */
export const faultFencesMax = 3;

/** A site file whose commands can wait longer than this for a silent neighbour is warned about. Unit: wire ms. A person notices a second. */
export const commandWaitMsMax = 1000;
/** Sleeps up to this are kept to a fraction of a ms. Unit: wire ms. The quiet gap at 9600 baud is 4.01; exactness costs processor time. */
export const exactSleepMsMax = 5;
/** Requests waiting for one line, per priority. More are refused with `bus_busy`: a line this far behind is over-subscribed. */
export const lineQueueMax = 32;
/** Longest pause between two tries to open a serial port. Unit: wire ms. A re-plugged adapter is in service within 3 s. */
export const serialReopenMsMax = 500;
/** Longest pause between two tries to connect. Unit: wire ms. With the connect deadline a socket that appears is in service within 5 s. */
export const tcpReopenMsMax = 1500;
/** A connect still unanswered after this is given up. Unit: wire ms. A host without power never says no. */
export const tcpConnectMs = 1500;
/** Idle time after which TCP asks whether the peer still lives; ten questions a second apart follow. Unit: wire ms. */
export const tcpKeepAliveMs = 5000;
/** A stream that stayed open this long counts as sound and its next loss is reopened at once. Unit: wire ms. */
export const streamSoundMs = 2000;
/** Each of the two files a captured wire may take. Unit: byte. 16 MiB hold some four hours of a scale looked at twice a second. */
export const captureFileBytesMax = 16 * 1024 * 1024;
/** Captures in one folder: a gateway that ends again and again must not fill the disk with them. */
export const capturesMax = 8;
/** Entries waiting for the disk. Unit: byte. A full line makes some 10 KiB a second; more are counted and dropped. */
export const captureQueueBytesMax = 1024 * 1024;
/** Most a capture keeps of the ledger it began with. Unit: byte. Some 100,000 events: years of a village. */
export const captureStateBytesMax = 64 * 1024 * 1024;
/** Pause between two turns of writing it down, so that the bus gets most of the time. Unit: wire ms. */
export const captureStatePauseMs = 20;
/** A wall clock this far from where it was going was set. Unit: ms. Slewing moves it by 0.5 ms a second at most (adjtimex(2)). */
export const wallShiftMs = 20;
/** A sleep that ends this much too late says that our thread had no turn meanwhile. Unit: wire ms. Timers of a quiet machine are late by 1 ms. */
export const lateTurnMs = 2;
/** Bytes of a TCP connection read at a time. Unit: byte. A segment of Ethernet has under 1500. */
export const tcpReadBytesMax = 4096;
/** Bytes of a serial port read at a time. Unit: byte. The kernel holds 4096; a Modbus frame has at most 256. */
export const serialReadBytesMax = 4096;
/** How long shutting down waits for one port to close: a serial driver may hold on to unsent output. Unit: wire ms. */
export const streamCloseMs = 1000;
/** A line that cannot be found quiet for this long before a request is reported garbled. Unit: wire ms. Longest frame at 1200 baud: 2.4 s. */
export const lineQuietWaitMs = 3000;
/** Silence kept after a frame nobody asked for, as long as no device has yet said how late it may answer. Unit: wire ms. */
export const strayGuardMs = 300;
/** Extra time for a reply that is already in the machine while our thread was busy. Unit: wire ms. */
export const replyGraceMs = 10;
/** Longest pause between two tries of a device that does not answer. Unit: wire ms. With poll and deadline: in service within 15 s. */
export const deviceRetryMsMax = 10_000;
/** A device whose deadline and guard are long is left alone for this many times both, so that its silence takes at most 4 % of its line. */
export const deviceRetryRatio = 25;
/**
 * Longest pause between two tries of a device heard within `deviceHeardMs`. Unit: wire ms. Shorter than the pause between two looks at a bin, so that with
 * deadline and look it is served again within 3 s. A spoilt answer costs its line an answer and a guard per pause, some 0.25 s in 1.75: no more than
 * a live board takes of a busy line of eight.
 */
export const deviceHeardRetryMs = 1500;
/** How long a device that falls silent is tried that often. Unit: wire ms. A try costs 0.35 to 0.5 s, 19 to 25 % of its line meanwhile. */
export const deviceHeardMs = 60_000;
/** Unanswered tries in a row after which a device is offline. One lost frame is noise. */
export const deviceFailuresMax = 3;
/** Longest text one scan may hold. Unit: byte. A bag code has under 40, a door plaque under 100. */
export const scanBytesMax = 256;
/** A scan left unfinished for this long is thrown away. Unit: wire ms. At 9600 baud characters are 1 ms apart. */
export const scanIdleMs = 500;
/** The same code again within this is one gesture; every sight of it counts anew. Unit: village ms. */
export const scanDebounceMs = 1500;

/** A roster file above this is refused unread. Unit: byte. 5,000 households need less than 1 MiB. */
export const rosterBytesMax = 4 * 1024 * 1024;
/** Households in one roster file; a gateway is built for 350 to 600. */
export const rosterRowsMax = 5000;
/** Longest cell of a roster column we read. Unit: character. */
export const rosterFieldMax = 200;
/** Cards and plaques of one household, as household.registered carries them. */
export const credentialsPerHouseholdMax = 8;

/** MQTT clients of the embedded broker at a time: the gateway, a platform bridge, some screens and a technician. */
export const brokerConnectionsMax = 64;
/** Topic filters one client of the embedded broker may hold. A bridge needs two. */
export const brokerFiltersMax = 32;
/** Levels of a topic or filter at the embedded broker. Ours have at most nine. */
export const brokerTopicLevelsMax = 16;
/** First packet of a client of the embedded broker, which is not yet known to be one. Unit: byte. */
export const brokerConnectBytesMax = 4096;
/** Later packets. Unit: byte. An envelope (12 KiB) with its topic fits. */
export const brokerPacketBytesMax = 16 * 1024;
/** A connection that has not said CONNECT after this is closed. Unit: ms. */
export const brokerConnectMs = 5000;
/** A subscriber that stops reading is closed after this, or it would hold up all others. Unit: ms. */
export const brokerDrainMs = 2000;
/** Longest keep-alive the embedded broker accepts. Unit: s. The default of common clients. */
export const brokerKeepaliveSecondsMax = 60;

/** Events sent and not yet acknowledged by the broker. A broker that announces a smaller Receive Maximum gets that. */
export const uplinkWindowEventsMax = 32;
/** The same in bytes. Unit: byte. */
export const uplinkWindowBytesMax = 256 * 1024;
/** Status and state topics of one gateway: every device of a full site file and the status. */
export const uplinkRetainedMax = 128;
/** Largest state of one device. Unit: byte. */
export const uplinkStateBytesMax = 8192;
/** A state topic is refreshed at most this often, the latest value wins. Unit: ms. */
export const uplinkStateEveryMs = 500;
/** The status topic is refreshed at most this often. Unit: ms. */
export const uplinkStatusEveryMs = 5000;
/** How often the uplink looks after itself when nothing happens. Unit: ms. */
export const uplinkTickMs = 250;
/** A connection that is not up after this is given up. Unit: ms. A county link by satellite needs 3 s. */
export const uplinkConnectMs = 10_000;
/** A publish unacknowledged after this means that the connection is stuck; it is replaced. Unit: ms. */
export const uplinkAckMs = 15_000;
/** MQTT keep-alive of the uplink. Unit: s. After three of them without a word the connection is replaced. */
export const uplinkKeepaliveSeconds = 20;
/** Shortest and longest pause before the next attempt; in between it doubles, with full jitter. Unit: ms. */
export const uplinkRetryMsMin = 250;
export const uplinkRetryMsMax = 30_000;
/** A connection that lasted this long counts as sound: the next pause is a short one. Unit: ms. */
export const uplinkSoundMs = 10_000;
/** How long a stop waits for the last words to be acknowledged. Unit: ms. */
export const uplinkCloseMs = 2000;
/** Gateways one `sifen watch` follows. Events of further ones are shown as not followed. */
export const watchSourcesMax = 64;
/** Pause before a silent dispenser board is asked again. Unit: wire ms. */
export const dispenserRetryMs = 250;
/** A site or tariff file. Unit: byte. A village with 32 bins fits in 16 KiB. */
export const configBytesMax = 256 * 1024;
/** How long a command waits for a dispenser to be settled and fenced. Unit: wire ms. */
export const stationReadyWaitMs = 20_000;
/** How long a check weight may take from the command to the settled reading: somebody clears the tray and puts it on. Unit: wire ms. */
export const scaleCheckWaitMs = 100_000;
/** How long a command waits for the metal; the job itself goes on and is settled by reading. Unit: wire ms. */
export const drawWaitMs = 60_000;
/** Events one `events list` may give. */
export const eventsListedMax = 10_000;
/** Body of one request on the socket: a roster of 4 MiB in base64. Unit: byte. */
export const socketBodyBytesMax = 6 * 1024 * 1024;
/** How long a command waits for the answer of a running gateway. Unit: wire ms. */
export const socketAnswerMs = 120_000;
/** Lines of the timeline the status page shows. */
export const recentEventsMax = 20;
/** How long an order to open a hatch waits for a port that is being opened: a command without a gateway opens it itself. Unit: wire ms. */
export const hatchReadyWaitMs = 4000;
/** How long a board is asked to hold a lock open, where the site file does not say. Unit: ms. Time for a hand; every board ends it by itself. */
export const lockPulseMs = 700;
/** Pause between two looks at a bin. Unit: village ms. */
export const binPollMs = 2000;
/** Pause between two looks at an empty tray. Unit: village ms. */
export const scaleIdlePollMs = 500;
/** Pause between two looks at a scale with somebody at it. Unit: wire ms. */
export const scaleBusyPollMs = 20;
/** Events a serving gateway verifies before it looks at its devices again: some 20 ms of work. */
export const verifyTurnEvents = 50;
/** Pause between two looks at who answers. Unit: wire ms. */
export const healthLookMs = 500;
/** A device counts as gone when it has been silent this long. Unit: wire ms. */
export const offlineLastsMs = 2000;
/** A job whose board gives no end after this is called stuck: watched on, and a person has to look. Unit: wire ms. A roll takes 3 s. */
export const jobPatienceMs = 60_000;
/** How long a stop waits for running jobs, so that their end and their roll labels are still heard. Unit: wire ms. */
export const finishJobsMs = 15_000;
/** Pause between two looks whether the running jobs have ended. Unit: wire ms. */
export const finishLookMs = 20;
/** Sudden changes of the wall clock kept until the ledger takes them, some milliseconds later. A clock that jumps more often is broken. */
export const clockAdjustmentsMax = 16;
/** Pause between two looks at the wall clock. Unit: wire ms. */
export const clockLookMs = 1000;
/** A lent line comes back when its borrower has been silent this long (DESIGN 4). Unit: wire ms. */
export const loanKeptMs = 60_000;
/** Pause between two looks whether a lent line is still needed. Unit: wire ms. */
export const loanLookMs = 1000;
/** A borrower says this often that it still needs a line. Unit: wire ms. */
export const loanKeepEveryMs = 10_000;
/** How long a search listens before it asks: streaming indicators send several frames a second. Unit: wire ms. */
export const probeListenMs = 800;
/** Patience of a search with each unit number. Unit: wire ms. Boards answer within 20 ms; known slow ones are asked again by their map. */
export const probeDeadlineMs = 100;
/** Patience of a search with a device that speaks frames of its own. Unit: wire ms. The longest answer takes 60 ms at 9600 baud. */
export const probeFrameDeadlineMs = 300;
/** How long a search waits for a port to open. Unit: wire ms. */
export const probeOpenMs = 4000;
/** Questions to a unit that answers, so that spoilt answers show. */
export const probeRepeats = 8;
/** Silence after which a frame begun on a port of its own is given up. Unit: wire ms. USB adapters hand bytes over every 16 ms. */
export const frameIdleMs = 50;
/** How long a vending board may take for its last word on an order. Unit: wire ms. Motors turn for some 5 s; boards resend for 1 s. */
export const vendPatienceMs = 30_000;
/** Pause between two looks at a channel board while its motor may turn. Unit: wire ms. */
export const vendLookMs = 200;
/** How long a look at a VMC board listens. Unit: wire ms. Two polls. */
export const vmcLookMs = 400;
/** An order that no poll has taken after this is withdrawn. Unit: wire ms. Ten polls. */
export const vmcOrderWaitMs = 2000;
/** A VMC board not heard for this long is away. Unit: wire ms. Its slowest poll is 2 s. */
export const vmcHeardMs = 5000;
/** Polls in a row without a report before a VMC board gets an order: it resends a report five times. */
export const vmcQuietPolls = 6;
/** Words of a VMC board waiting to be looked at. A job has three. */
export const vmcWordsMax = 16;
/** How long a modem may take to leave a prompt; one that had none says nothing. Unit: wire ms. */
export const smsEscapeMs = 300;
/** The network may take this long to take a short message. Unit: wire ms. 3GPP TS 27.005 modems give up after 60 s. */
export const smsSendMs = 60_000;
/** Tries to tell of a fire alarm, and the pause between two. Unit of the pause: wire ms. Ten minutes in all: a mast that was down may be back. */
export const alarmTriesMax = 10;
export const alarmTryAgainMs = 60_000;
/** Pause between two looks for an alarm nobody was told of. Unit: wire ms. */
export const alarmLookMs = 1000;
/** Slips that wait for paper. More would be about people who have long gone. */
export const printerSlipsMax = 4;
/** Pause between two looks at a printer. Unit: wire ms. */
export const printerLookMs = 1000;
/** How long a technician may take to press the service key of a dispenser, from the question to the roll in the ledger. Unit: wire ms. */
export const serviceKeyWaitMs = 100_000;
/** Pause between two looks for the roll of a service key. Unit: wire ms. */
export const serviceKeyLookMs = 50;
/** How long an acceptance waits for devices that have not answered often enough yet. Unit: wire ms. A bin is asked every 2 s, and 15 answers are wanted. */
export const acceptanceAnswersWaitMs = 40_000;
/** How long an acceptance waits for a line that is just being reopened. Unit: wire ms. A pause and a connect of TCP. */
export const acceptanceReopenWaitMs = 3000;
/** Looks at a bin before it is called unreadable. One lost frame is noise. */
export const acceptanceBinLooksMax = 3;
/** Reports of one minute beside each other in one folder. */
export const acceptanceFilesMax = 99;
/** Sessions at once; the one used longest ago ends for a new one. A village has three screens and a few handhelds. */
export const sessionsMax = 32;
/** A session nobody uses ends. Unit: ms. */
export const sessionIdleMs = 10 * 60_000;
/** However much it is used, a session ends with the day's work. Unit: ms. */
export const sessionMaxMs = 12 * 3_600_000;
/** Wrong PINs in a row before a badge is locked: with six digits a finder has one chance in 200,000 a lock. */
export const pinTriesMax = 5;
/** How long a badge is locked. Unit: ms. */
export const pinLockMs = 15 * 60_000;
/** Body of a request of the village's API; a handheld's day and a roster fit. Unit: byte. */
export const apiBodyBytesMax = 2 * 1024 * 1024;
/** Pages that follow what happens, at once. */
export const livePagesMax = 16;
/** What a page may leave unread before it is let go of. Unit: byte. */
export const liveUnreadBytesMax = 256 * 1024;
/** Events a page that comes back is told of at once; further behind, it begins anew. */
export const liveBacklogMax = 100;
/** Pause between two looks for points that came to their end. Unit: wire ms. It is looked once a day; the day may begin at any time. */
export const expiryLookMs = 60_000;
/** Households whose points end in one transaction. A village has 600; more wait for the next look. */
export const expiryHouseholdsMax = 2000;
/** Points waiting for the committee that one order decides, or one view shows. */
export const queuedPointsMax = 200;
/** Grades or appeals one view shows. */
export const gradesShownMax = 400;
/** Rolls of a household that are read to find the one it still has. A household is given 24 a year at the most by the usual quota. */
export const householdRollsRead = 100;
/** Rows of a list about rolls and bags. What is beyond waits behind it. */
export const bagsListedMax = 500;
/** Households one look-up shows. A gateway is built for 350 to 600. */
export const householdsShownMax = 1000;
/** Holds of the shop a view shows at once. */
export const shopHoldsShown = 200;
/** How often holds are looked at whose time is over. Unit: wire ms. */
export const shopLookMs = 10_000;
/** Holds given back at a look; the rest follow at the next. */
export const holdsReleasedMax = 100;
/** Households assigned to one party member in one order. A cell of the town has 10 to 15. */
export const gridHouseholdsMax = 100;
/** Names erased in one turn, of households and of operators each; more wait for the next. */
export const erasuresMax = 100;
/** Pause between two looks for names whose time is over. Unit: wire ms. */
export const retentionLookMs = 3_600_000;
/** Rolls, traces and looks a statement shows of a household, the newest: some years of each. */
export const statementRowsMax = 100;
/** Pick-ups a view shows and a look for late ones reads. A village has up to 32 bins and a few sheds, with one request each. */
export const pickupsShown = 200;
/** How often pick-ups are looked at that nobody set out for. Unit: wire ms. */
export const pickupLookMs = 60_000;
/** How far the clock of a handheld may be ahead of ours: a grade seen later would win over every other of its day. Unit: ms. */
export const observationAheadMsMax = 5 * 60_000;
/** Handhelds one view shows. A village has a few, and loses some over the years. */
export const handheldsShownMax = 200;
/** Rolls a handheld takes along: 600 households, two rolls a month, four months. */
export const handheldRollsMax = 5000;
/** What a handheld told in a day and sends in one go. 365 doors of two streams are two goes. */
export const syncItemsMax = 500;
/** Rows of one page of an export: some 2 MB where the page is of the event log. */
export const exportRowsMax = 500;
/** How long names are shown to whoever had their export written down. Unit: ms. A command takes seconds. */
export const namesShownMs = 15 * 60_000;
/** Rounds, intakes, alerts or sales a view shows, the newest first: some weeks of each. */
export const roundsShown = 200;
/** Entries of the ledger of hazardous waste and pesticide packaging a view shows; the rest follows by `after`. */
export const takeBackEntriesShown = 500;
/** Reviewed doors one view compares: a quarter of ten households a day, both streams. */
export const reviewsShownMax = 2000;
/** Inspections and visits one view shows. */
export const inspectionsShownMax = 100;
/** Devices and places out of service that are shown. */
export const outagesShownMax = 64;
/** Lines of a device's log of repairs one view shows, the newest. */
export const repairsShownMax = 200;
/** Pause between two looks at what happened at a bin with a reader. Unit: wire ms. */
export const depositTickMs = 200;
/** What may have happened at a bin with a reader between two looks. */
export const depositInputsMax = 64;
