/**
 * <recorder-sign-in>: customer number and PIN.
 *
 * Fires "signed-in" when the server has taken them. `message` is said above the form ("You have
 * been signed out"). After too many failures it counts down the time the server asks for.
 */
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { ApiProblem, sign_in } from './api.js';
import { logo_icon, notice_icon } from './icons.js';
import { LanguageController, text, type TextKey } from './language.js';
import { explain, wait_text } from './problems.js';
import { shared_styles } from './styles.js';

const SECOND_MS = 1000;

@customElement('recorder-sign-in')
export class SignIn extends LitElement {
    @property() message: TextKey | '' = '';

    @state() private busy = false;
    @state() private problem: unknown = null;
    @state() private missing: 'customer' | 'pin' | '' = '';
    @state() private wait_s = 0;
    @state() private wait_said_s = 0;

    @query('#customer') private customer_input!: HTMLInputElement;
    @query('#pin') private pin_input!: HTMLInputElement;

    private timer = 0;

    constructor() {
        super();
        new LanguageController(this);
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        clearInterval(this.timer);
    }

    override firstUpdated(): void {
        this.customer_input.focus();
    }

    private count_down(seconds: number): void {
        clearInterval(this.timer);
        this.wait_s = Math.max(1, Math.ceil(seconds));
        this.wait_said_s = this.wait_s;
        this.timer = window.setInterval(() => {
            this.wait_s -= 1;
            if (this.wait_s <= 0) {
                clearInterval(this.timer);
            }
        }, SECOND_MS);
    }

    private find_missing(): boolean {
        this.missing = '';
        if (!this.customer_input.value.trim()) {
            this.missing = 'customer';
            this.customer_input.focus();
        } else if (!this.pin_input.value) {
            this.missing = 'pin';
            this.pin_input.focus();
        }
        return this.missing !== '';
    }

    private refused(cause: unknown): void {
        this.problem = cause;
        if (cause instanceof ApiProblem && cause.status === 429) {
            this.count_down(cause.retry_after_s);
        }
        this.pin_input.value = '';
        this.pin_input.focus();
    }

    private async submit(event: SubmitEvent): Promise<void> {
        event.preventDefault();
        if (this.busy || this.wait_s > 0) {
            return;
        }
        this.problem = null;
        if (this.find_missing()) {
            return;
        }
        this.busy = true;
        try {
            await sign_in(this.customer_input.value.replace(/\s/g, ''), this.pin_input.value);
            this.dispatchEvent(new Event('signed-in'));
        } catch (cause) {
            this.refused(cause);
        } finally {
            this.busy = false;
        }
    }

    private problem_text(): string {
        if (this.missing) {
            return text(this.missing === 'pin' ? 'fill_pin' : 'fill_customer');
        }
        if (this.problem instanceof ApiProblem) {
            switch (this.problem.status) {
                case 400:
                case 401:
                    return text('wrong_pin');
                case 429:
                    return this.wait_s > 0
                        ? text('wait_seconds', { seconds: wait_text(this.wait_s) })
                        : text('wait_over');
            }
        }
        return this.problem ? explain(this.problem) : '';
    }

    /* The count-down is seen every second but said only once: its first second. */
    private render_problem() {
        const shown = this.problem_text();
        if (!shown) {
            return this.message
                ? html`<p class="notice">${notice_icon()}<span>${text(this.message)}</span></p>`
                : nothing;
        }
        const waits = this.wait_s > 0;
        return html`<p class="notice problem" id="problem">
            ${notice_icon()}<span aria-hidden=${waits ? 'true' : 'false'}>${shown}</span>
            ${
                waits
                    ? html`<span class="visually-hidden"
                      >${text('wait_seconds', { seconds: wait_text(this.wait_said_s) })}</span
                  >`
                    : nothing
            }
        </p>`;
    }

    private render_field(id: 'customer' | 'pin', label: string) {
        const wrong =
            this.missing === id ||
            (this.problem instanceof ApiProblem && this.problem.status === 401);
        return html`<div class="field">
            <label for=${id}>${label}</label>
            <input
                id=${id}
                name=${id}
                type=${id === 'pin' ? 'password' : 'text'}
                inputmode="numeric"
                autocomplete=${id === 'pin' ? 'current-password' : 'username'}
                maxlength="64"
                required
                aria-invalid=${wrong ? 'true' : 'false'}
                aria-describedby=${this.problem_text() ? 'problem' : nothing}
            />
        </div>`;
    }

    override render() {
        const waiting = this.busy || this.wait_s > 0;
        return html`<main>
            <form novalidate aria-labelledby="title" @submit=${this.submit}>
                <div class="mark">${logo_icon()}<span>${text('product')}</span></div>
                <div>
                    <h1 id="title">${text('sign_in_title')}</h1>
                    <p class="lead">${text('sign_in_lead')}</p>
                </div>
                <div role="alert">${this.render_problem()}</div>
                ${this.render_field('customer', text('customer_number'))}
                ${this.render_field('pin', text('pin'))}
                <button class="button primary" aria-disabled=${waiting ? 'true' : 'false'}>
                    ${text(this.busy ? 'signing_in' : 'sign_in')}
                </button>
            </form>
        </main>`;
    }

    static override styles = [
        shared_styles,
        css`
            main {
                display: grid;
                justify-items: center;
                padding: clamp(1rem, 9vh, 6rem) 1rem 2rem;
            }
            form {
                display: grid;
                gap: 1.1rem;
                width: min(25rem, 100%);
                padding: 2rem clamp(1.25rem, 6vw, 2rem);
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--surface);
                box-shadow: var(--shadow);
            }
            .mark {
                display: flex;
                align-items: center;
                gap: 0.5rem;
                color: var(--accent);
                font-weight: 600;
            }
            h1 {
                font-size: 1.6rem;
            }
            .lead {
                color: var(--muted);
            }
            [role='alert']:not(:has(.notice)) {
                position: absolute; /* nothing to say takes no room, and stays in the tree */
            }
            .field input {
                min-height: 2.75rem;
                font-size: 1.0625rem;
                font-variant-numeric: tabular-nums;
            }
            .button {
                min-height: 2.75rem;
                font-size: 1rem;
            }
        `,
    ];
}
