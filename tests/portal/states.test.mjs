/*
 * The states of the portal that a sound recorder seldom shows, against the mock server: waiting
 * after wrong PINs, calls in progress, recovered, failed and damaged ones, an empty account, a
 * session that ended, a recorder that does not answer, many calls.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { axe, launch, open_page, picture, sign_in } from './browser.mjs';
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
        await picture(page, 'state-failed');
        assert.deepEqual(await axe(page), []);
    });
});

it('a damaged recording is explained when it is to be played', async () => {
    await with_list(async (page) => {
        await page.locator(row_of('damaged')).click();
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
