/*
 * The states of the portal that a sound recorder seldom shows, against the mock server: waiting
 * after wrong PINs, calls in progress, recovered, failed and damaged ones, transferred ones and
 * those with many parties, an empty account, a session that ended, a recorder that does not answer,
 * many calls.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
    advances,
    axe,
    launch,
    media,
    open_page,
    overflow_px,
    picture,
    sign_in,
} from './browser.mjs';
import { CUSTOMER, EMPTY_CUSTOMER, PIN, start_mock } from './mock_server.mjs';

let browser;
let server;
before(async () => {
    [browser, server] = await Promise.all([launch(), start_mock()]);
});
after(async () => {
    await browser?.close();
    await server?.close();
});

const EXPECTED = [401, 404, 409, 429, 500];

async function with_list(use, { customer = CUSTOMER, options = {} } = {}) {
    const { context, page, unwelcome } = await open_page(browser, server.url, options, EXPECTED);
    try {
        await page.goto(server.url);
        await sign_in(page, customer, PIN);
        await page.locator('recorder-list').waitFor();
        await use(page, unwelcome);
        assert.deepEqual(unwelcome, []);
    } finally {
        await context.close();
    }
}

function row_of(kind) {
    const { id } = server.mock.data.recordings.find((recording) => recording.kind === kind);
    return `a.call[data-id="${id}"]`;
}

it('too many wrong pins say how long to wait and then let in', async () => {
    const { context, page } = await open_page(browser, server.url, {}, EXPECTED);
    await page.goto(server.url);
    for (let i = 0; i < 4; i++) {
        await page.locator('#customer').fill(CUSTOMER);
        await page.locator('#pin').fill('1');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.locator('.notice.problem').waitFor();
        await page.waitForTimeout(100);
    }
    await page
        .getByText(/You can try again in \d seconds?\./)
        .first()
        .waitFor();
    await picture(page, 'state-wait');
    assert.deepEqual(await axe(page), []);
    await page.getByText('You can try again now.').waitFor();
    await sign_in(page, CUSTOMER, PIN);
    await context.close();
});

it('a call in progress is shown as such and cannot be played yet', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('recording')).getByText('Recording now').waitFor();
        await page.locator(row_of('recording')).click();
        await page.getByText('This call is being recorded now.').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Play' }).count(), 0);
        await picture(page, 'state-recording');
        assert.deepEqual(await axe(page), []);
    });
});

it('a recovered call without peaks plays on bare lanes', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('recovered')).click();
        await page.getByText('No waveform for this call.').waitFor();
        await page.getByText('The recorder was interrupted during this call.').waitFor();
        /* one does not hide the other */
        await page.getByText('This recording was damaged after it was saved.').waitFor();
        await page.getByRole('button', { name: 'Play' }).click();
        await page.getByRole('button', { name: 'Pause' }).waitFor();
        await picture(page, 'state-recovered');
        assert.deepEqual(await axe(page), []);
    });
});

it('a failed call says that there is nothing to play', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('failed')).click();
        await page.getByText('there is nothing to play').waitFor();
        assert.equal(await page.getByText('This recording was damaged').count(), 0);
        await picture(page, 'state-failed');
        assert.deepEqual(await axe(page), []);
    });
});

it('a damaged recording is explained when it is to be played', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('damaged')).click();
        await page.getByText('This recording was damaged after it was saved.').waitFor();
        await page.getByRole('button', { name: 'Play' }).click();
        await page.getByText('This recording is damaged and is not played.').waitFor();
        await picture(page, 'state-damaged');
        assert.deepEqual(await axe(page), []);
    });
});

it('a call without gaps says so', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('clean')).click();
        await page.getByText('No gaps were noted in this recording.').waitFor();
    });
});

it('an hour with thousands of losses is drawn and listed in bearable numbers', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('long')).click();
        await page.locator('recorder-lanes canvas').first().waitFor();
        await page.getByText('4,000 × · 1 min 20 secs').waitFor();
        assert.ok((await page.locator('recorder-lanes .cause').count()) <= 2000);
        await picture(page, 'state-long');
        await page.getByText('Show them one by one').click();
        assert.equal(await page.locator('recorder-facts tbody tr').count(), 50);
        await page.getByRole('button', { name: 'Show more of the 4,000' }).click();
        assert.equal(await page.locator('recorder-facts tbody tr').count(), 550);
    });
});

/* Whose words the lanes, the legend and the lists have; the same in both languages. */
const SIGNS = [
    'party_joined',
    'party_left',
    'codec_change',
    'ssrc_change',
    'stream_change',
    'stream_refused',
    'clock_corrected',
    'numbers_skipped',
    'dtmf',
    'own_channels',
    'mixed_only',
    'deviation',
];

it('every cause has its own look on the lanes and its own words below', async () => {
    for (const locale of ['en-GB', 'da-DK']) {
        await with_list(
            async (page) => {
                await page.locator(row_of('conference')).click();
                await page.locator('recorder-lanes canvas').first().waitFor();
                const { facts } = server.mock.data;
                const causes = await page
                    .locator('recorder-facts .legend li')
                    .evaluateAll((all) => all.map((one) => one.children[1].textContent));
                assert.equal(new Set(causes).size, 11);
                const looks = await page
                    .locator('recorder-facts .legend .swatch')
                    .evaluateAll((all) =>
                        all.map((one) => {
                            const { backgroundImage, borderColor } = getComputedStyle(one);
                            return `${backgroundImage} ${borderColor}`;
                        }),
                    );
                assert.equal(new Set(looks).size, 11);
                assert.deepEqual(
                    await page
                        .locator('recorder-facts .legend section')
                        .evaluateAll((all) =>
                            all.map((one) => [one.className, one.querySelectorAll('li').length]),
                        ),
                    [
                        ['group-quiet', 1],
                        ['group-withheld', 3],
                        ['group-concealed', 1],
                        ['group-lost', 4],
                        ['group-undecodable', 1],
                        ['group-other', 1],
                    ],
                );
                for (const sign of [...SIGNS, 'documents_dropped', 'notes_dropped']) {
                    assert.equal(
                        await page.locator(`recorder-lanes .moment-${sign}`).count(),
                        1,
                        sign,
                    );
                }
                assert.equal(await page.locator('recorder-events .people li').count(), 2);
                const notes = page.locator('recorder-events details');
                assert.equal(await notes.locator('li').first().isVisible(), false);
                await notes.locator('summary').click();
                assert.equal(
                    await notes.locator('li').count(),
                    facts.filter(
                        ({ start_ms, end_ms, cause }) => start_ms === end_ms || cause === 'dtmf',
                    ).length - 2,
                );
                assert.equal(await page.locator('recorder-lanes .moment-quality').count(), 0);
                await notes.getByText('metadata is not well-formed XML').waitFor();
                await page.locator('recorder-facts summary').click();
                await page.getByText('customer 88303080: kortnummer').waitFor();
                await picture(page, `state-facts-${locale.slice(0, 2)}`, true);
                assert.deepEqual(await axe(page), []);
            },
            { options: { locale, viewport: { width: 1280, height: 1700 } } },
        );
    }
});

it('a moment in the list is a place to go to', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('conference')).click();
        await page.locator('recorder-events').getByRole('button', { name: 'Go to 0:19' }).click();
        await page.locator('#position', { hasText: '0:19' }).waitFor();
    });
});

it('the lanes name everybody who is heard on them', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('conference')).click();
        const called = page.locator('recorder-lanes .parties.called .name');
        await called.nth(1).waitFor();
        const { called: first } = server.mock.data.recordings.find(
            ({ kind }) => kind === 'conference',
        );
        assert.deepEqual(await called.allTextContents(), [first.name, 'Karen Lund']);
        await page.locator('recorder-legs summary').click();
        assert.equal(await page.locator('recorder-legs .counted tbody tr').count(), 4);
        await page.getByRole('columnheader', { name: 'Refused' }).waitFor();
        await page.getByRole('columnheader', { name: 'Alone' }).waitFor();
        const alone = page.locator('recorder-legs .counted td:last-child');
        assert.deepEqual(await alone.allInnerTexts(), ['Download', 'Download', 'Download', '–']);
        const link = page.getByRole('link', { name: 'Download Karen Lund alone' });
        assert.match(await link.getAttribute('href'), /\/audio\?download=1&leg=2$/);
        await picture(page, 'state-alone');
        assert.deepEqual(await axe(page), []);
    });
});

it('how each side was received and how long it spoke is told where it was measured', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('conference')).click();
        await page.locator('recorder-legs summary').click();
        const left = page.locator('recorder-legs .measured tbody tr').first();
        for (const figure of ['4.37 (R 91.4)', '1.2 ms', '12 secs (30%)', '15 secs']) {
            await left.getByText(figure, { exact: true }).waitFor();
        }
        await page.getByText('Both spoke at once for 0.9 secs.').waitFor();
        await page.locator('recorder-legs').scrollIntoViewIfNeeded();
        await picture(page, 'state-legs');
        assert.deepEqual(await axe(page), []);
    });
    await with_list(async (page) => {
        await page.locator(row_of('part-17')).click();
        await page.locator('recorder-legs summary').click();
        assert.equal(await page.getByRole('columnheader', { name: 'Alone' }).count(), 0);
        const cells = await page
            .locator('recorder-legs .measured tbody tr')
            .first()
            .locator('td')
            .allTextContents();
        assert.deepEqual(cells, ['–', '–', '–', '–']);
        assert.equal(await page.getByText('Both spoke at once').count(), 0);
    });
});

/* The four parts of the call that was transferred, as the mock has them: newest first. */
const PARTS = [15, 16, 17, 18].map((place) => `part-${place}`);

it('a transferred call is joined in the list and reads as one conversation', async () => {
    await with_list(async (page) => {
        for (const [i, kind] of PARTS.entries()) {
            const row = page.locator(row_of(kind));
            await row.getByText(`Part ${4 - i} of 4`).waitFor();
            const joined = await row.evaluate((link) => link.parentElement.className);
            const wanted = ['joined-below', 'joined-above joined-below', null, 'joined-above'];
            assert.equal(joined, wanted[i] ?? wanted[1]);
        }
        assert.equal(await page.getByText(/Part \d of \d/).count(), 4);
        await page.locator(row_of('part-17')).scrollIntoViewIfNeeded();
        await picture(page, 'state-joined');
        await page.locator(row_of('part-17')).click();
        const strip = page.getByRole('navigation', { name: 'This conversation' });
        await strip.waitFor();
        assert.deepEqual(
            await strip.locator('.name').allTextContents(),
            [
                'Reception',
                'Nordhavn Tømrer & Snedker ApS, Værkstedet',
                'Lager',
                'Karen Lund',
            ].flatMap((called) => ['Birthe Skov', called]),
        );
        assert.equal(await strip.getByRole('link').count(), 3);
        const presumed = page.getByText(/^Presumed: a call with the same number was hung up/);
        assert.equal(await presumed.count(), 1);
        assert.match(await strip.locator('li').filter({ has: presumed }).innerText(), /Lager/);
        assert.match(
            await strip.locator('[aria-current=true]').innerText(),
            /Nordhavn Tømrer.*\s0:42\s.*Recovered/s,
        );
        await picture(page, 'state-conversation');
        assert.deepEqual(await axe(page), []);
        await strip.getByRole('link', { name: /to Karen Lund/ }).focus();
        await page.keyboard.press('Enter');
        await strip.locator('[aria-current=true]', { hasText: 'Karen Lund' }).waitFor();
        assert.ok(page.url().endsWith(`id=${server.mock.data.recordings[15].id}`));
        assert.equal(await page.locator('recorder-player h2:focus').count(), 1);
        await page.goBack();
        await strip.locator('[aria-current=true]', { hasText: 'Nordhavn' }).waitFor();
    });
});

it('a call by itself has no strip and no part', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('clean')).click();
        await page.locator('recorder-lanes').waitFor();
        assert.equal(await page.locator('recorder-conversation').count(), 0);
        assert.equal(await page.locator(row_of('clean')).getByText('Part').count(), 0);
    });
});

it('where a part ends the next one is offered and plays only when asked', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('part-18')).click();
        const next = page.getByRole('button', { name: 'Play the next part' });
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await advances(page);
        assert.equal(await next.count(), 0);
        await page.locator('recorder-lanes .board').focus();
        await page.keyboard.press('End');
        await next.waitFor();
        await page
            .getByRole('status')
            .getByText('This part of the conversation has ended.')
            .waitFor();
        await page.waitForTimeout(300);
        assert.equal((await media(page)).paused, true);
        assert.ok(page.url().endsWith(`id=${server.mock.data.recordings[18].id}`));
        await picture(page, 'state-next');
        assert.deepEqual(await axe(page), []);
        await next.click();
        await page
            .locator('recorder-conversation [aria-current=true]', { hasText: 'Nordhavn' })
            .waitFor();
        await advances(page);
    });
});

it('after the last part there is no next one', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('part-15')).click();
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await advances(page);
        await page.locator('recorder-lanes .board').focus();
        await page.keyboard.press('End');
        await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
        assert.equal(await page.getByRole('button', { name: 'Play the next part' }).count(), 0);
    });
});

it('a conversation fits a narrow dark screen in danish', async () => {
    const options = {
        locale: 'da-DK',
        colorScheme: 'dark',
        viewport: { width: 360, height: 740 },
    };
    await with_list(
        async (page) => {
            await page.locator(row_of('part-17')).scrollIntoViewIfNeeded();
            await picture(page, 'state-joined-360-dark');
            await page.locator(row_of('part-17')).click();
            const strip = page.getByRole('navigation', { name: 'Denne samtale' });
            await strip.getByText(/^Formodet: et opkald med samme nummer blev lagt på/).waitFor();
            await page.locator('recorder-lanes canvas').first().waitFor();
            for (const summary of await page.locator('recorder-player summary').all()) {
                await summary.click();
            }
            assert.equal(await overflow_px(page), 0);
            await picture(page, 'state-conversation-360-dark', true);
            assert.deepEqual(await axe(page), []);
        },
        { options },
    );
});

it('an account without calls is told that they will come', async () => {
    await with_list(
        async (page) => {
            await page.getByText('No calls yet').waitFor();
            await picture(page, 'state-empty');
            assert.deepEqual(await axe(page), []);
        },
        { customer: EMPTY_CUSTOMER },
    );
});

it('more calls come by cursor until there are no more and the focus goes on', async () => {
    await with_list(async (page) => {
        await page.getByText('50 calls shown').waitFor();
        await page.getByRole('button', { name: 'Show more calls' }).click();
        await page.getByText('100 calls shown').waitFor();
        const focused = await page.locator('a.call:focus').getAttribute('data-id');
        assert.equal(focused, server.mock.data.recordings[50].id);
        await page.getByRole('button', { name: 'Show more calls' }).click();
        await page.getByText('No more calls.').waitFor();
        const ids = await page
            .locator('a.call')
            .evaluateAll((rows) => rows.map((row) => row.dataset.id));
        assert.deepEqual(
            ids,
            server.mock.data.recordings.map((recording) => recording.id),
        );
    });
});

it('the last digits find a number and the period limits it', async () => {
    await with_list(async (page) => {
        await page.locator('#number').fill('20 30 40 50');
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByText('18 calls shown').waitFor();
        await page.locator('#from').fill('2001-01-01');
        await page.locator('#to').fill('2001-01-02');
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByText('No calls found').waitFor();
        assert.match(page.url(), /number=20\+30\+40\+50&from=2001-01-01&to=2001-01-02/);
        await page.locator('#to').fill('2000-01-01');
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByText('The period ends before it begins.').waitFor();
    });
});

it('a session that ended asks to sign in again and keeps the place', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('clean')).click();
        await page.locator('recorder-lanes').waitFor();
        server.mock.sessions.clear();
        await page.getByRole('button', { name: 'Reload' }).click();
        await page.getByText('You have been signed out.').waitFor();
        await sign_in(page, CUSTOMER, PIN);
        await page.locator('recorder-lanes').waitFor();
    });
});

it('a recorder that does not answer is said and tried again', async () => {
    const { context, page } = await open_page(browser, server.url, {}, EXPECTED);
    await page.goto(server.url);
    await sign_in(page, CUSTOMER, PIN);
    await page.getByText('50 calls shown').waitFor();
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByText('The recorder does not answer.').waitFor();
    await picture(page, 'state-offline');
    assert.deepEqual(await axe(page), []);
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('50 calls shown').waitFor();
    await context.close();
});
