/*
 * A call that is going on, in Chromium against a running recorder: paused and resumed by a person.
 *
 * Environment: as portal.test.mjs.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { axe, launch, open_page, picture, sign_in } from './browser.mjs';

const URL_BASE = process.env.PORTAL_URL?.replace(/\/$/, '');
const { PORTAL_CUSTOMER: CUSTOMER, PORTAL_PIN: PIN } = process.env;

assert.ok(URL_BASE && CUSTOMER && PIN, 'set PORTAL_URL, PORTAL_CUSTOMER and PORTAL_PIN');

let browser;
before(async () => {
    browser = await launch();
});
after(async () => {
    await browser?.close();
});

it('a call that is going on is paused and resumed', async () => {
    const { context, page, unwelcome } = await open_page(browser, URL_BASE, {}, [401, 404]);
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
