/*
 * A call that is going on, in Chromium against a running recorder: paused and resumed by a person.
 *
 * Environment: as recorder in browser.mjs.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { axe, launch_for_tests, open_page, picture, recorder, sign_in } from './browser.mjs';

const { url: URL_BASE, customer: CUSTOMER, pin: PIN } = recorder();
const running = launch_for_tests();

it('a call that is going on is paused and resumed', async () => {
    const { context, page, unwelcome } = await open_page(running.get(), URL_BASE, {}, [401, 404]);
    const state = (words) => page.getByRole('status').filter({ hasText: words });
    try {
        await page.goto(URL_BASE);
        await sign_in(page, CUSTOMER, PIN);
        await page.locator('a.call', { hasText: 'Recording now' }).first().click();
        await state('Both sides are being recorded.').waitFor();
        await page.getByLabel('Reason').fill('card number: Åse');
        await page.getByRole('button', { name: 'Pause the recording' }).click();
        await state('The recording is paused: nothing that is said is kept.').waitFor();
        await picture(page, 'running-paused');
        assert.deepEqual(await axe(page), []);
        await page.waitForTimeout(2000); /* of the call */
        await page.getByRole('button', { name: 'Resume the recording' }).click();
        await state('Both sides are being recorded.').waitFor();
        assert.equal(await page.getByRole('alert').count(), 0);
        assert.deepEqual(unwelcome, []);
    } finally {
        await context.close();
    }
});
