/*
 * A recording of legs with channels of their own, as Chromium plays it: the tone in each channel of
 * what is stored, of all legs, and of each leg.
 *
 * Environment: as recorder in browser.mjs; RECORDING (its id), TONES (JSON: of each leg its
 * frequency in hertz; legs of even number are on the left side).
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { launch, open_page, recorder, sign_in } from './browser.mjs';

const { url: URL_BASE, customer: CUSTOMER, pin: PIN } = recorder();
const { RECORDING } = process.env;
const TONES = JSON.parse(process.env.TONES ?? '[]');
const AUDIO = `/api/v1/recordings/${RECORDING}/audio`;

assert.ok(RECORDING && TONES.length, 'set RECORDING and TONES');

let browser;
let opened;
before(async () => {
    browser = await launch();
    opened = await open_page(browser, URL_BASE, {}, [401, 404]);
    await opened.page.goto(URL_BASE);
    await sign_in(opened.page, CUSTOMER, PIN);
});
after(async () => {
    await browser?.close();
});

/* Decoded whole: in each channel, how much there is of each tone, one second from the start. */
function decoded(address) {
    return opened.page.evaluate(
        async ([url, tones]) => {
            const rate = 48000;
            const bytes = await (await fetch(url)).arrayBuffer();
            const context = new OfflineAudioContext(1, 1, rate);
            const buffer = await context.decodeAudioData(bytes);
            const amplitude = (pcm, hertz) => {
                let cosine = 0;
                let sine = 0;
                for (let i = 0; i < rate; i++) {
                    const angle = (2 * Math.PI * hertz * i) / rate;
                    cosine += pcm[rate + i] * Math.cos(angle);
                    sine += pcm[rate + i] * Math.sin(angle);
                }
                return (2 * Math.hypot(cosine, sine)) / rate;
            };
            return Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
                tones.map((hertz) => amplitude(buffer.getChannelData(channel), hertz)),
            );
        },
        [address, TONES],
    );
}

/* The tones that are heard in each channel, as indexes of legs. */
async function heard(address) {
    const channels = await decoded(address);
    return channels.map((amplitudes) =>
        amplitudes.flatMap((amplitude, leg) => (amplitude > 0.1 ? [leg] : [])),
    );
}

it('plays what is stored as stereo, each side with its legs', async () => {
    const legs = TONES.map((_, leg) => leg);
    const sides = [0, 1].map((side) => legs.filter((leg) => leg % 2 === side));
    assert.deepEqual(await heard(AUDIO), sides);
});

it('decodes all legs into channels of their own', async () => {
    assert.deepEqual(
        await heard(`${AUDIO}?channels=all`),
        TONES.map((_, leg) => [leg]),
    );
});

it('decodes one leg as mono', async () => {
    for (let leg = 0; leg < TONES.length; leg++) {
        assert.deepEqual(await heard(`${AUDIO}?leg=${leg}`), [[leg]]);
    }
});

it('plays and seeks each of them as a media element', async () => {
    for (const query of ['', '?channels=all', '?leg=1']) {
        const result = await opened.page.evaluate(async (url) => {
            const audio = new Audio(url);
            audio.volume = 0;
            audio.muted = true;
            await new Promise((resolve, reject) => {
                audio.oncanplay = resolve;
                audio.onerror = () => reject(new Error(audio.error.message));
            });
            const { duration } = audio;
            audio.currentTime = duration / 2;
            await new Promise((resolve) => {
                audio.onseeked = resolve;
            });
            await audio.play();
            await new Promise((resolve) => {
                audio.ontimeupdate = () => audio.currentTime > duration / 2 + 0.3 && resolve();
            });
            audio.pause();
            return { duration, now: audio.currentTime };
        }, AUDIO + query);
        assert.ok(Math.abs(result.duration - 20) < 0.1, `${query}: ${result.duration} s`);
    }
    assert.deepEqual(opened.unwelcome, []);
});
