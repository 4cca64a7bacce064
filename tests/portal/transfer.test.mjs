/*
 * A call that was transferred by BYE and INVITE, in Chromium against a running recorder that holds
 * its two recordings and nothing else.
 *
 * Environment: as recorder in browser.mjs.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
    axe,
    first_call,
    launch_for_tests,
    open_page,
    picture,
    recorder,
    sign_in,
} from './browser.mjs';

const { url: URL_BASE, customer: CUSTOMER, pin: PIN } = recorder();
const running = launch_for_tests();

it('a transferred call reads as one conversation that says it is presumed', async () => {
    const { context, page, unwelcome } = await open_page(running.get(), URL_BASE, {}, [401, 404]);
    try {
        await page.goto(URL_BASE);
        await sign_in(page, CUSTOMER, PIN);
        await first_call(page).getByText('Part 2 of 2').waitFor();
        await page.getByText('Part 1 of 2').waitFor();
        await first_call(page).click();
        const strip = page.getByRole('navigation', { name: 'This conversation' });
        const parts = strip.getByRole('listitem');
        await strip.waitFor();
        assert.equal(await parts.count(), 2);
        assert.doesNotMatch(await parts.first().innerText(), /Presumed/);
        assert.match(await parts.last().innerText(), /Presumed: a call with the same number/);
        await picture(page, 'transfer');
        assert.deepEqual(await axe(page), []);
        await strip.getByRole('link').click();
        await parts.first().locator('[aria-current=true]').waitFor();
        assert.deepEqual(unwelcome, []);
    } finally {
        await context.close();
    }
});
