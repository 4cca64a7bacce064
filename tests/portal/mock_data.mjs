/*
 * mock_data: the recordings that the mock server answers with. The audio is speech from espeak-ng,
 * placed on two channels like a call, and encoded by opusenc; peaks and facts are taken from what
 * was placed where. Times are counted back from now.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const RATE_HZ = 8000;
const SAMPLES_PER_PIXEL = 400;
const DURATION_MS = 42_000;
const LONG_MS = 3_900_000; /* of the call that is only looked at, not played to its end */
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/* What is said: channel, second, espeak-ng voice, words. */
const TALK = [
    [1, 0.8, 'en-gb+f3', 'Good morning, you have reached Nordhavn Dental, this is Mette speaking.'],
    [
        0,
        5.6,
        'en-gb+m3',
        'Hello Mette, this is Anders. I would like to move my appointment on Tuesday.',
    ],
    [1, 11.5, 'en-gb+f3', 'Of course. One moment, I will look in the calendar.'],
    [1, 22.0, 'en-gb+f3', 'Thank you for waiting. Would Thursday at ten suit you?'],
    [0, 26.5, 'en-gb+m3', 'Thursday at ten is fine. Shall I bring anything?'],
    [1, 31.0, 'en-gb+f3', 'No, just yourself. I have changed it for you.'],
    [0, 36.0, 'en-gb+m3', 'Thank you very much. Goodbye.'],
    [1, 39.0, 'en-gb+f3', 'Goodbye.'],
];

/*
 * What is not heard, and what happened. [start_ms, end_ms, leg, cause, count, detail]; one of each
 * cause that there is, and one that nobody knows yet.
 */
const FACTS = [
    [0, 0, null, 'deviation', 0, 'metadata is not well-formed XML'],
    [4600, 4600, 0, 'codec_change', 0, 'PCMA -> G722'],
    [8400, 8620, 0, 'lost', 11],
    [10_100, 10_600, 0, 'concealed', 5],
    [12_600, 13_500, 1, 'undecodable', 45],
    [14800, 21800, 0, 'held', 0],
    [14800, 17400, 1, 'silent', 0],
    [19_900, 19_900, 1, 'party_joined', 0, 'Karen Lund <+4526272829>'],
    [21_800, 21_800, 1, 'party_left', 0, '+4588303082'],
    [21_800, 21_800, 1, 'ssrc_change', 0, '1f2e3d4c -> 5a6b7c8d'],
    [22_400, 22_400, 1, 'stream_change', 0, '2, +4588303082 -> 5, Karen Lund'],
    [23_200, 23_200, null, 'stream_refused', 0, 'line 9: 8 streams are recorded already'],
    [24100, 24160, 1, 'late', 3],
    [25_000, 25_000, 0, 'clock_corrected', 0, '+43 ms'],
    [25_400, 25_520, 0, 'dtmf', 0, '*'],
    [25_600, 25_600, 1, 'numbers_skipped', 0, '3'],
    [25_800, 25_800, null, 'own_channels', 0],
    [26_000, 26_000, 1, 'mixed_only', 0],
    [26_200, 26_800, 0, 'overlaid', 30],
    [28300, 28340, 0, 'lost', 2],
    [29600, 30100, 1, 'unwritten', 25],
    [33600, 35400, null, 'masked', 0],
    [37700, 38800, null, 'paused', 0, 'customer 88303080: kortnummer'],
    [39_000, 39_000, null, 'documents_dropped', 4],
    [39_500, 39_500, null, 'notes_dropped', 12],
    [40_200, 40_900, 1, 'moonshine', 0],
    [42_000, 42_000, 0, 'quality', 0, 'R 91.4 MOS 4.37 loss 0.62 % jitter 1.2 ms'],
    [42_000, 42_000, 1, 'quality', 0, 'R 93.2 MOS 4.41 loss 0.14 % jitter 0.3 ms'],
];

/* 16-bit mono samples of a WAV file that espeak-ng wrote, brought to RATE_HZ by nearest sample. */
function read_speech(file) {
    const wav = readFileSync(file);
    const rate_hz = wav.readUInt32LE(24);
    const count = Math.floor((wav.length - 44) / 2);
    const samples = new Int16Array(Math.floor((count * RATE_HZ) / rate_hz));
    for (let i = 0; i < samples.length; i++) {
        samples[i] = wav.readInt16LE(44 + 2 * Math.floor((i * rate_hz) / RATE_HZ));
    }
    return samples;
}

function speak(folder) {
    const total = (DURATION_MS * RATE_HZ) / 1000;
    const channels = [new Int16Array(total), new Int16Array(total)];
    TALK.forEach(([channel, second, voice, words], i) => {
        const file = path.join(folder, `${i}.wav`);
        execFileSync('espeak-ng', ['-v', voice, '-s', '160', '-w', file, words]);
        const speech = read_speech(file);
        const start = second * RATE_HZ;
        const room = total - start;
        channels[channel].set(speech.subarray(0, room), start);
    });
    for (const [start_ms, end_ms, leg, cause] of FACTS) {
        channels.forEach((channel, i) => {
            if (!['late', 'concealed', 'overlaid'].includes(cause) && (leg === null || leg === i)) {
                channel.fill(0, (start_ms * RATE_HZ) / 1000, (end_ms * RATE_HZ) / 1000);
            }
        });
    }
    return channels;
}

function wav_file(channels) {
    const frames = channels[0].length;
    const wav = Buffer.alloc(44 + frames * 4);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(36 + frames * 4, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(2, 22);
    wav.writeUInt32LE(RATE_HZ, 24);
    wav.writeUInt32LE(RATE_HZ * 4, 28);
    wav.writeUInt16LE(4, 32);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36);
    wav.writeUInt32LE(frames * 4, 40);
    for (let i = 0; i < frames; i++) {
        wav.writeInt16LE(channels[0][i], 44 + i * 4);
        wav.writeInt16LE(channels[1][i], 46 + i * 4);
    }
    return wav;
}

/* audiowaveform's data format, version 2: min and max per channel, pixel by pixel. */
function peaks_of(channels) {
    const length = Math.ceil(channels[0].length / SAMPLES_PER_PIXEL);
    const data = [];
    for (let pixel = 0; pixel < length; pixel++) {
        for (const channel of channels) {
            const part = channel.subarray(
                pixel * SAMPLES_PER_PIXEL,
                (pixel + 1) * SAMPLES_PER_PIXEL,
            );
            data.push(Math.min(...part) >> 8, Math.max(...part) >> 8);
        }
    }
    return {
        version: 2,
        channels: 2,
        sample_rate: RATE_HZ,
        samples_per_pixel: SAMPLES_PER_PIXEL,
        bits: 8,
        length,
        data,
    };
}

function make_audio() {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'recorder-mock-'));
    try {
        const channels = speak(folder);
        const wav = path.join(folder, 'call.wav');
        const opus = path.join(folder, 'call.opus');
        writeFileSync(wav, wav_file(channels));
        execFileSync('opusenc', ['--quiet', '--bitrate', '24', wav, opus]);
        return { audio: readFileSync(opus), peaks: peaks_of(channels) };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

const PEOPLE = [
    ['+4520304050', 'Anders Holm'],
    ['+4588303081', 'Nordhavn Tømrer & Snedker ApS, Værkstedet'],
    ['+4531323334', null],
    ['+46812345678', 'Lindqvist Bygg AB'],
    ['+4540414243', 'Sofie Kjær'],
    [null, null],
    ['+4428700123', null],
];
const OWN = ['+4588303080', 'Reception'];
const DIRECTIONS = ['in', 'out', 'in', 'in', 'internal', 'unknown', 'out'];
const SPECIAL = {
    0: 'recording',
    3: 'recovered',
    5: 'failed',
    6: 'damaged',
    8: 'clean',
    10: 'long',
    11: 'conference',
};

/* A call that was transferred twice, as four recordings: place in the list, who was called. */
const TRANSFERRED = [
    [18, ['+4588303080', 'Reception'], null],
    [17, ['+4588303081', 'Nordhavn Tømrer & Snedker ApS, Værkstedet'], 'id'],
    [16, ['+4588303082', 'Lager'], 'number'],
    [15, ['+4526272829', 'Karen Lund'], 'id'],
];
const TRANSFERRED_CALLER = ['+4551525354', 'Birthe Skov'];

function party([number, name]) {
    return { number, name };
}

function leg(channel, who, lost) {
    return {
        channel,
        own_channel: null,
        label: channel === 'left' ? '1' : '2',
        party: who,
        codec: 'PCMA',
        packets_received: 2094,
        packets_lost: lost,
        packets_late: channel === 'right' ? 3 : 0,
        packets_duplicate: 0,
        packets_ignored: 41,
        packets_refused: 0,
        quality: lost
            ? { r_factor: 91.4, mos: 4.37, jitter_us: 1234 }
            : { r_factor: 93.2, mos: 4.41, jitter_us: 310 },
        speech_ms: channel === 'left' ? 12_480 : 15_160,
        longest_silence_ms: channel === 'left' ? 14_900 : 5_420,
    };
}

/* How many facts of each cause. */
function counts_of(facts) {
    const counts = {};
    for (const [, , , cause] of facts) {
        counts[cause] = (counts[cause] ?? 0) + 1;
    }
    return counts;
}

function id_of(i) {
    return `019ab000-0000-7000-8000-${String(i).padStart(12, '0')}`;
}

function make_recording(i, started_ms) {
    const kind = SPECIAL[i] ?? 'sealed';
    const state = ['damaged', 'clean', 'long', 'conference'].includes(kind) ? 'sealed' : kind;
    const direction = DIRECTIONS[i % DIRECTIONS.length];
    const other = party(PEOPLE[i % PEOPLE.length]);
    const own = party(direction === 'internal' ? ['+4588303082', 'Lager'] : OWN);
    const [caller, called] = direction === 'out' ? [own, other] : [other, own];
    const whole_ms = kind === 'long' ? LONG_MS : DURATION_MS;
    const duration_ms = { recording: 0, failed: 0 }[state] ?? whole_ms;
    const ended_ms = started_ms + duration_ms;
    return {
        kind,
        id: id_of(i),
        started_at: new Date(started_ms).toISOString(),
        ended_at: state === 'recording' ? null : new Date(ended_ms).toISOString(),
        duration_ms,
        state,
        damaged: ['damaged', 'recovered', 'failed'].includes(kind),
        direction,
        caller,
        called,
        conversation_id: id_of(i),
        legs: [leg('left', caller, 13), leg('right', called, 0)],
        talk_over_ms: 860,
        facts: counts_of(kind === 'clean' ? [] : FACTS),
        paused: state === 'recording' ? 'nobody' : null,
    };
}

/* Four people on two channels. */
function make_conference(recording) {
    const late = party(['+4526272829', 'Karen Lund']);
    const unknown = party([null, null]);
    recording.legs.push(leg('right', late, 2), leg('left', unknown, 0));
    for (const [i, one] of recording.legs.slice(0, 3).entries()) {
        one.own_channel = i;
    }
}

/* As of a call that was cut short. */
function forget_measures(recording) {
    recording.talk_over_ms = null;
    for (const one of recording.legs) {
        Object.assign(one, { quality: null, speech_ms: null, longest_silence_ms: null });
    }
}

/* One caller who is passed on, each part beginning where the one before it ends. */
function make_transferred(recordings) {
    let started_ms = null;
    for (const [place, called, linked_by] of TRANSFERRED) {
        const part = recordings[place];
        started_ms ??= Date.parse(part.started_at);
        Object.assign(part, {
            kind: `part-${place}`,
            started_at: new Date(started_ms).toISOString(),
            ended_at: new Date(started_ms + DURATION_MS).toISOString(),
            state: place === 17 ? 'recovered' : 'sealed',
            direction: 'in',
            caller: party(TRANSFERRED_CALLER),
            called: party(called),
            conversation_id: recordings[TRANSFERRED[0][0]].id,
            linked_by,
        });
        part.legs = [leg('left', part.caller, 13), leg('right', part.called, 0)];
        if (part.state === 'recovered') {
            forget_measures(part);
        }
        started_ms += DURATION_MS + 3000;
    }
}

/* An hour on a bad line: a few thousand short losses, and the peaks over and over. */
function make_long(peaks) {
    const facts = [];
    for (let i = 0; i < 4000; i++) {
        const start_ms = Math.floor((i * 975 * (3 + Math.sin(i / 90))) / 4);
        facts.push({
            start_ms,
            end_ms: start_ms + 20,
            leg: i % 2,
            cause: 'lost',
            count: 1,
            detail: '',
        });
    }
    const times = Math.ceil(LONG_MS / DURATION_MS);
    const data = Array.from({ length: times }, () => peaks.data).flat();
    return { facts, peaks: { ...peaks, length: peaks.length * times, data } };
}

/* `count` recordings, newest first, some of every state, over about two weeks. */
export function make_data(count = 120, now_ms = Date.now()) {
    const { audio, peaks } = make_audio();
    const recordings = [];
    for (let i = 0; i < count; i++) {
        const back_ms =
            i < 4 ? i * 7 * MINUTE_MS + MINUTE_MS : (i / 9) * DAY_MS + i * 3 * MINUTE_MS;
        recordings.push(make_recording(i, now_ms - back_ms));
    }
    make_conference(recordings[11]);
    make_transferred(recordings);
    const facts = FACTS.map(([start_ms, end_ms, leg_index, cause, packets, detail = '']) => ({
        start_ms,
        end_ms,
        leg: leg_index,
        cause,
        count: packets,
        detail,
    }));
    return { audio, peaks, facts, recordings, long: make_long(peaks) };
}
