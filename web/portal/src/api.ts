/**
 * api: the recorder's HTTP interface (web/openapi.yaml) as typed functions.
 *
 * Every function rejects with ApiProblem: an RFC 9457 document, or status 0 where no answer came.
 * The session is a cookie that scripts cannot see; the browser sends it.
 */

export type RecordingState = 'recording' | 'sealed' | 'recovered' | 'failed';
export type Direction = 'in' | 'out' | 'internal' | 'unknown';

export interface Session {
    customer: string;
    name: string;
}

export interface Party {
    number: string | null;
    name: string | null;
}

/** How well a leg is heard, as an estimate (ITU-T G.107). */
export interface Quality {
    r_factor: number;
    mos: number;
    jitter_us: number;
}

/** A party of a call. */
export type Side = 'caller' | 'called';

/** Whose sides are paused. */
export type Paused = 'nobody' | Side | 'both';

export interface Leg {
    channel: 'left' | 'right';
    own_channel: number | null; /* heard alone too: its number among those that are, from 0 */
    label: string;
    party: Party | null;
    codec: string;
    packets_received: number;
    packets_lost: number;
    packets_late: number;
    packets_duplicate: number;
    packets_ignored: number;
    packets_refused: number;
    quality: Quality | null; /* as the two below null where it was not measured */
    speech_ms: number | null;
    longest_silence_ms: number | null;
}

export interface Recording {
    id: string;
    started_at: string; /* RFC 3339, UTC */
    ended_at: string | null; /* null while recording */
    duration_ms: number; /* 0 while recording */
    state: RecordingState;
    damaged: boolean; /* when it was read last its file was not as it was sealed */
    direction: Direction;
    caller: Party;
    called: Party;
    conversation_id: string;
    conversation_part?: number; /* in lists: from 1, oldest first */
    conversation_size?: number; /* in lists: 1 is a call by itself */
    legs?: Leg[]; /* absent in lists, as what follows */
    talk_over_ms?: number | null; /* both sides spoke; null where it was not measured */
    facts?: Record<string, number>; /* how many of each cause */
    paused?: Paused | null; /* null where it is over */
    conversation?: Conversation;
}

/** `number`: presumed, by the number of the outside party alone; null in the first part. */
export interface RecordingPart extends Recording {
    linked_by: 'id' | 'number' | null;
}

/** Recordings that belong together, such as those of a call that was transferred. */
export interface Conversation {
    id: string;
    recordings: RecordingPart[]; /* oldest first, the one that was asked for among them */
}

export interface RecordingPage {
    recordings: Recording[];
    next: string | null; /* cursor of the rows after these */
}

/** A stretch that is not heard audio, or a moment; milliseconds from the recording's start. */
export interface Fact {
    start_ms: number;
    end_ms: number;
    leg: number | null; /* index in legs, null for the whole call */
    cause: string;
    count: number; /* packets, 0 where that says nothing */
    detail: string; /* more in words, "" where there is no more */
}

/** audiowaveform's data format, version 2: min and max per pixel, channels interleaved. */
export interface Peaks {
    channels: number;
    sample_rate: number;
    samples_per_pixel: number;
    bits: 8 | 16;
    length: number; /* pixels per channel */
    data: number[];
}

export interface ListQuery {
    from?: string | undefined; /* RFC 3339, included */
    to?: string | undefined; /* RFC 3339, not included */
    number?: string | undefined; /* digits, with one '*' before or after */
    cursor?: string | undefined;
}

export class ApiProblem extends Error {
    constructor(
        readonly status: number /* HTTP, 0 where no answer came */,
        readonly type: string = 'about:blank',
        readonly detail: string = '',
        readonly retry_after_s: number = 0,
    ) {
        super(detail || type);
        this.name = 'ApiProblem';
    }

    /** Whether it is of a kind that openapi.yaml names. */
    is(name: string): boolean {
        return this.type.endsWith(`/${name}`);
    }
}

const BASE = '/api/v1';
const PAGE_ROWS = 50;

async function read_problem(response: Response): Promise<ApiProblem> {
    const retry_after_s = Number(response.headers.get('Retry-After')) || 0;
    try {
        const body = (await response.json()) as { type?: string; detail?: string };
        return new ApiProblem(response.status, body.type, body.detail, retry_after_s);
    } catch {
        return new ApiProblem(response.status, undefined, undefined, retry_after_s);
    }
}

async function send(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(BASE + path, { credentials: 'same-origin', ...init });
    } catch (cause) {
        if (cause instanceof DOMException && cause.name === 'AbortError') {
            throw cause;
        }
        throw new ApiProblem(0);
    }
    if (!response.ok) {
        throw await read_problem(response);
    }
    return response;
}

async function get_json<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    const response = await send(path, signal ? { signal } : {});
    try {
        return (await response.json()) as Body;
    } catch {
        throw new ApiProblem(0);
    }
}

/** True where `cause` is only a request that its own caller gave up. */
export function is_abort(cause: unknown): boolean {
    return cause instanceof DOMException && cause.name === 'AbortError';
}

/** Sign in: the session cookie is set. Status 401: wrong number or PIN. 429: wait first. */
export async function sign_in(customer: string, pin: string): Promise<void> {
    await send('/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ customer, pin }),
    });
}

/** Sign out: the session is gone on the server too. */
export async function sign_out(): Promise<void> {
    await send('/session', { method: 'DELETE' });
}

/** Who is signed in. Status 401: nobody. */
export function get_session(): Promise<Session> {
    return get_json<Session>('/session');
}

/** One page of recordings, newest first. */
export function list_recordings(query: ListQuery, signal?: AbortSignal): Promise<RecordingPage> {
    const search = new URLSearchParams({ limit: String(PAGE_ROWS) });
    for (const [name, value] of Object.entries(query)) {
        if (value) {
            search.set(name, value);
        }
    }
    return get_json<RecordingPage>(`/recordings?${search}`, signal);
}

function recording_path(id: string): string {
    return `/recordings/${encodeURIComponent(id)}`;
}

/** One recording with its legs. Status 404: none, or another customer's. */
export function get_recording(id: string, signal?: AbortSignal): Promise<Recording> {
    return get_json<Recording>(recording_path(id), signal);
}

async function control(id: string, verb: string, body: object): Promise<void> {
    await send(`${recording_path(id)}/${verb}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
    });
}

/**
 * Pause the recording of a call that is going on, of one side or (null) of both. Resolves once the
 * recorder has confirmed it. Status 409: the call is over; 504: not confirmed, see its kind.
 */
export function pause_recording(id: string, reason: string, side: Side | null): Promise<void> {
    return control(id, 'pause', { reason, leg: side });
}

/** Resume the recording of both sides; as pause_recording. */
export function resume_recording(id: string): Promise<void> {
    return control(id, 'resume', {});
}

/** The facts of one recording, in order of start_ms. */
export async function get_facts(id: string, signal?: AbortSignal): Promise<Fact[]> {
    const body = await get_json<{ facts: Fact[] }>(`${recording_path(id)}/facts`, signal);
    return body.facts;
}

/** The peaks of one recording, null where it has none (a recovered one, say). */
export async function get_peaks(id: string, signal?: AbortSignal): Promise<Peaks | null> {
    try {
        return await get_json<Peaks>(`${recording_path(id)}/peaks`, signal);
    } catch (cause) {
        if (cause instanceof ApiProblem && cause.is('no-peaks')) {
            return null;
        }
        throw cause;
    }
}

/**
 * Why the audio cannot be had: the problem that a request for its first byte meets, or null. (A
 * HEAD would not do: its answer has no body to say what kind of problem it is.)
 */
export async function probe_audio(id: string): Promise<ApiProblem | null> {
    try {
        const headers = { Range: 'bytes=0-0' };
        const response = await send(`${recording_path(id)}/audio`, { headers });
        await response.body?.cancel();
        return null;
    } catch (cause) {
        return cause instanceof ApiProblem ? cause : new ApiProblem(0);
    }
}

/** Address of the audio, for the media element. */
export function audio_address(id: string): string {
    return `${BASE}${recording_path(id)}/audio`;
}

/** Address of one leg alone as a file to keep, by its index in legs; it has an own_channel. */
export function leg_address(id: string, leg: number): string {
    return `${download_address(id)}&leg=${leg}`;
}

/** Address of the audio as a file to keep. */
export function download_address(id: string): string {
    return `${audio_address(id)}?download=1`;
}
