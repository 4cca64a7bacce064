/*
 * mock_server: the portal's files and the API of web/openapi.yaml on loopback, with made-up calls,
 * under the same policy headers as recorder-web. For building the portal, and for testing it
 * without a recorder. `node mock_server.mjs [PORT]` serves until it is stopped.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { make_data } from './mock_data.mjs';

const DIST = fileURLToPath(new URL('../../web/portal/dist/', import.meta.url));
const HEADERS = {
    'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
        "font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; " +
        "form-action 'self'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
};
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };
const FAILURES_FREE = 3; /* wrong PINs before a wait */
const WAIT_S = 3;

export const CUSTOMER = '88303080';
export const PIN = '24681357';
export const EMPTY_CUSTOMER = '70707070';

function send_json(response, status, body, headers = {}) {
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers });
    response.end(JSON.stringify(body));
}

function send_problem(response, status, name, detail, headers = {}) {
    const type = `/problems/${name}`;
    send_json(response, status, { type, title: detail, status, detail }, headers);
}

function not_found(response, name = 'not-found') {
    send_problem(response, 404, name, 'There is no such thing here.');
}

async function read_body(request) {
    let body = '';
    for await (const part of request) {
        body += part;
    }
    return JSON.parse(body);
}

function digits(text) {
    return (text ?? '').replace(/\D/g, '');
}

function number_matches(recording, pattern) {
    const bare = pattern.replace('*', '');
    return [recording.caller, recording.called].some(({ number }) => {
        const held = digits(number);
        if (pattern.startsWith('*')) {
            return held.endsWith(bare);
        }
        return pattern.endsWith('*') ? held.startsWith(bare) : held === bare;
    });
}

function bare({ legs, kind, talk_over_ms, facts, paused, ...row }) {
    return row;
}

class Mock {
    constructor() {
        this.data = make_data();
        this.sessions = new Map();
        this.failures = 0;
        this.wait_until_ms = 0;
        this.recorder = () => null;
    }

    session_of(request) {
        const token = /recorder_session=([0-9a-f]{64})/.exec(request.headers.cookie ?? '')?.[1];
        return { token, customer: this.sessions.get(token) };
    }

    async sign_in(request, response) {
        const now_ms = Date.now();
        if (now_ms < this.wait_until_ms) {
            const wait_s = Math.ceil((this.wait_until_ms - now_ms) / 1000);
            send_problem(response, 429, 'too-many-attempts', 'Wait.', {
                'Retry-After': String(wait_s),
            });
            return;
        }
        const { customer, pin } = await read_body(request);
        if (![CUSTOMER, EMPTY_CUSTOMER].includes(customer) || pin !== PIN) {
            this.failures += 1;
            if (this.failures >= FAILURES_FREE) {
                this.wait_until_ms = now_ms + WAIT_S * 1000;
            }
            send_problem(
                response,
                401,
                'sign-in-failed',
                'The customer number or the PIN is wrong.',
            );
            return;
        }
        this.failures = 0;
        const token = randomBytes(32).toString('hex');
        this.sessions.set(token, customer);
        const cookie = `recorder_session=${token}; Path=/; HttpOnly; SameSite=Strict`;
        response.writeHead(204, { 'Set-Cookie': cookie });
        response.end();
    }

    session(request, response) {
        const { token, customer } = this.session_of(request);
        if (request.method === 'POST') {
            return this.sign_in(request, response);
        }
        if (!customer) {
            return send_problem(response, 401, 'not-signed-in', 'Sign in first.');
        }
        if (request.method === 'DELETE') {
            this.sessions.delete(token);
            response.writeHead(204, { 'Set-Cookie': 'recorder_session=; Path=/; Max-Age=0' });
            return response.end();
        }
        const name = customer === CUSTOMER ? 'Nordhavn Tandklinik' : 'Ny Kunde ApS';
        return send_json(response, 200, { customer, name });
    }

    /* Oldest first. */
    conversation(recording) {
        return this.data.recordings
            .filter((one) => one.conversation_id === recording.conversation_id)
            .reverse();
    }

    list(query, customer, response) {
        const number = query.get('number');
        const from_ms = Date.parse(query.get('from') ?? '') || -Infinity;
        const to_ms = Date.parse(query.get('to') ?? '') || Infinity;
        const limit = Number(query.get('limit') ?? 50);
        const held = customer === CUSTOMER ? this.data.recordings : [];
        const matching = held.filter((recording) => {
            const started_ms = Date.parse(recording.started_at);
            const wanted = !number || number_matches(recording, number);
            return started_ms >= from_ms && started_ms < to_ms && wanted;
        });
        const start = matching.findIndex((one) => one.id === query.get('cursor')) + 1;
        const rows = matching.slice(start, start + limit);
        const more = start + limit < matching.length;
        const listed = (recording) => {
            const parts = this.conversation(recording);
            const conversation_part = parts.findIndex(({ id }) => id === recording.id) + 1;
            return { ...bare(recording), conversation_part, conversation_size: parts.length };
        };
        send_json(response, 200, {
            recordings: rows.map(listed),
            next: more ? rows.at(-1).id : null,
        });
    }

    audio(request, response, recording, query) {
        if (recording.state === 'recording') {
            return send_problem(response, 409, 'recording-in-progress', 'The call goes on.');
        }
        if (recording.kind === 'damaged') {
            return send_problem(response, 500, 'recording-damaged', 'The recording is damaged.');
        }
        const whole = this.data.audio;
        const headers = {
            'Content-Type': 'audio/ogg; codecs=opus',
            'Accept-Ranges': 'bytes',
            ETag: `"${createHash('sha256').update(whole).digest('hex')}"`,
            'Cache-Control': 'private, no-transform',
        };
        if (query.get('download') === '1') {
            headers['Content-Disposition'] = 'attachment; filename="call.opus"';
        }
        const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
        const start = range ? Number(range[1]) : 0;
        const end = Math.min(range?.[2] ? Number(range[2]) : Infinity, whole.length - 1);
        if (start > end) {
            response.writeHead(416, { 'Content-Range': `bytes */${whole.length}` });
            return response.end();
        }
        if (range) {
            headers['Content-Range'] = `bytes ${start}-${end}/${whole.length}`;
        }
        headers['Content-Length'] = end - start + 1;
        response.writeHead(range ? 206 : 200, headers);
        return response.end(request.method === 'HEAD' ? undefined : whole.subarray(start, end + 1));
    }

    recording(request, response, id, part, query) {
        const recording = this.data.recordings.find((one) => one.id === id);
        if (!recording) {
            return not_found(response, 'no-recording');
        }
        const { kind, ...shown } = recording;
        const recordings = this.conversation(recording).map(bare);
        shown.conversation = { id: recording.conversation_id, recordings };
        const { facts, peaks } = kind === 'long' ? this.data.long : this.data;
        const silent = kind === 'recovered' || kind === 'clean';
        switch (part) {
            case undefined:
                return send_json(response, 200, shown);
            case 'facts':
                return send_json(response, 200, { facts: silent ? [] : facts });
            case 'peaks':
                return kind === 'recovered'
                    ? not_found(response, 'no-peaks')
                    : send_json(response, 200, peaks);
            case 'audio':
                return this.audio(request, response, recording, query);
            case 'pause':
            case 'resume':
                return this.control(request, response, recording, part === 'pause');
            default:
                return not_found(response);
        }
    }

    /* As `this.recorder` does it, a test's; it may take its time, and may refuse. */
    async control(request, response, recording, pause) {
        const { reason = '', leg = null } = await read_body(request);
        if (request.method !== 'POST' || (pause && !reason)) {
            return send_problem(response, 400, 'bad-body', 'Say why.');
        }
        const refused = await this.recorder({ recording, pause, reason, leg });
        if (refused) {
            return send_problem(response, refused.status, refused.name, 'Not done.');
        }
        recording.paused = pause ? (leg ?? 'both') : 'nobody';
        return send_json(response, 200, { paused: pause, leg, at_ms: 1234, limit_s: null });
    }

    api(request, response, url) {
        if (url.pathname === '/api/v1/session') {
            return this.session(request, response);
        }
        const match = /^\/api\/v1\/recordings(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(url.pathname);
        const { customer } = this.session_of(request);
        if (!match) {
            return not_found(response);
        }
        if (!customer) {
            return send_problem(response, 401, 'not-signed-in', 'Sign in first.');
        }
        const [, id, part] = match;
        return id
            ? this.recording(request, response, id, part, url.searchParams)
            : this.list(url.searchParams, customer, response);
    }

    file(response, pathname) {
        const name = pathname === '/' ? 'index.html' : pathname.slice(1);
        const place = path.resolve(DIST, name);
        if (!place.startsWith(DIST)) {
            return not_found(response);
        }
        try {
            const contents = readFileSync(place);
            const type = TYPES[path.extname(place)] ?? 'text/plain; charset=utf-8';
            response.writeHead(200, { 'Content-Type': type });
            return response.end(contents);
        } catch {
            return not_found(response);
        }
    }

    async handle(request, response) {
        for (const [name, value] of Object.entries(HEADERS)) {
            response.setHeader(name, value);
        }
        const url = new URL(request.url, 'http://localhost');
        if (url.pathname.startsWith('/api/')) {
            await this.api(request, response, url);
        } else {
            this.file(response, url.pathname);
        }
    }
}

/* Starts a mock; { url, mock, close() }. Port 0: any that is free. */
export async function start_mock(port = 0) {
    const mock = new Mock();
    const server = http.createServer((request, response) => {
        mock.handle(request, response).catch((cause) => {
            console.error(cause);
            response.destroy();
        });
    });
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
    const close = () => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
    };
    return { url: `http://127.0.0.1:${server.address().port}`, mock, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { url } = await start_mock(Number(process.argv[2] ?? 8090));
    console.log(`${url}  customer ${CUSTOMER} (without calls: ${EMPTY_CUSTOMER})  PIN ${PIN}`);
}
