/**
 * loaded: what the player fetches of one recording, fit to draw.
 */
import {
    get_facts,
    get_peaks,
    get_recording,
    type Fact,
    type Recording,
    type RecordingPart,
} from './api.js';
import { by_kind, type Kind } from './facts.js';
import { moments, stretches, type Moment, type Stretch } from './lane_facts.js';
import type { TextKey } from './language.js';
import { lane_peaks, type LanePeaks } from './peaks.js';

export interface Loaded {
    recording: Recording;
    parts: RecordingPart[]; /* of its conversation, none where it is a call by itself */
    facts: Record<Kind, Fact[]>;
    facts_failed: boolean;
    lanes: LanePeaks;
    stretches: Stretch[];
    moments: Moment[];
    waveform_note: TextKey | '';
}

/** Whether there is audio to play. */
export function is_playable(recording: Recording): boolean {
    return recording.state === 'sealed' || recording.state === 'recovered';
}

/** The next part of the conversation that can be played, null where there is none. */
export function next_part({ recording, parts }: Loaded): Recording | null {
    const place = parts.findIndex((part) => part.id === recording.id);
    return place < 0 ? null : (parts.slice(place + 1).find(is_playable) ?? null);
}

/** Fetch a recording, its facts and its peaks; without the latter two it is still shown. */
export async function load_recording(id: string, signal: AbortSignal): Promise<Loaded> {
    const recording = await get_recording(id, signal);
    const [facts, peaks] = is_playable(recording)
        ? await Promise.allSettled([get_facts(id, signal), get_peaks(id, signal)])
        : [null, null];
    const found = facts?.status === 'fulfilled' ? facts.value : [];
    const waveform = peaks?.status === 'fulfilled' ? peaks.value : null;
    const parts = recording.conversation?.recordings ?? [];
    const { duration_ms, legs = [] } = recording;
    return {
        recording,
        parts: parts.length > 1 ? parts : [],
        facts: by_kind(found),
        facts_failed: facts?.status === 'rejected',
        lanes: lane_peaks(waveform, duration_ms),
        stretches: stretches(found, legs, duration_ms),
        moments: moments(found, legs, duration_ms),
        waveform_note:
            peaks?.status === 'rejected' ? 'waveform_failed' : waveform ? '' : 'no_waveform',
    };
}
