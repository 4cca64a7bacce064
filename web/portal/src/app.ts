/**
 * <recorder-app>: the whole page. It knows whether somebody is signed in, keeps the address and
 * what is shown the same, and moves the focus when one view takes the place of another.
 */
import { LitElement, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { get_session, sign_out, type Session } from './api.js';
import { app_styles } from './app_styles.js';
import './call_filter.js';
import './call_list.js';
import type { CallList } from './call_list.js';
import { handset_icon, logo_icon, notice_icon } from './icons.js';
import { LanguageController, language, text, type LanguageCode, type TextKey } from './language.js';
import './player.js';
import type { Player } from './player.js';
import { explain, is_signed_out } from './problems.js';
import { read_route, route_address, type Filter, type Route } from './route.js';
import './sign_in.js';
import { shared_styles } from './styles.js';

type Phase = 'starting' | 'signed-out' | 'signed-in' | 'failed';

const LANGUAGES: [LanguageCode, string][] = [
    ['da', 'Dansk'],
    ['en', 'English'],
];

function same_filter(one: Filter, other: Filter): boolean {
    return one.number === other.number && one.from === other.from && one.to === other.to;
}

@customElement('recorder-app')
export class App extends LitElement {
    @state() private phase: Phase = 'starting';
    @state() private session: Session | null = null;
    @state() private route: Route = read_route();
    @state() private filter: Filter = this.route; /* changes only when the list must */
    @state() private sign_in_message: TextKey | '' = '';
    @state() private problem: unknown = null;

    @query('recorder-list') private list!: CallList | null;
    @query('recorder-player') private player!: Player | null;
    @query('main') private main!: HTMLElement | null;

    constructor() {
        super();
        new LanguageController(this);
    }

    private readonly popped = () => this.show(read_route());
    /* A page taken back from the browser's memory may show what its session no longer may. */
    private readonly page_shown = (event: PageTransitionEvent) => {
        if (event.persisted && this.session) {
            void this.find_session('signed_out_idle');
        }
    };
    private readonly key_down = (event: KeyboardEvent) => {
        if (event.key === 'Escape' && this.route.id && !event.defaultPrevented) {
            this.close_call();
        }
    };

    override connectedCallback(): void {
        super.connectedCallback();
        window.addEventListener('popstate', this.popped);
        window.addEventListener('keydown', this.key_down);
        window.addEventListener('pageshow', this.page_shown);
        void this.find_session('');
    }

    override disconnectedCallback(): void {
        super.disconnectedCallback();
        window.removeEventListener('popstate', this.popped);
        window.removeEventListener('keydown', this.key_down);
        window.removeEventListener('pageshow', this.page_shown);
    }

    override updated(): void {
        document.documentElement.lang = language.code;
        const place = this.phase === 'signed-out' ? text('sign_in_title') : text('calls');
        document.title = `${place} · ${text('product')}`;
    }

    private async find_session(message: TextKey | ''): Promise<void> {
        try {
            this.session = await get_session();
            this.phase = 'signed-in';
            this.sign_in_message = '';
        } catch (cause) {
            if (is_signed_out(cause)) {
                this.leave(message);
            } else {
                this.problem = cause;
                this.phase = 'failed';
            }
        }
    }

    private async signed_in(): Promise<void> {
        await this.find_session('');
        await this.updateComplete;
        this.main?.focus();
    }

    private leave(message: TextKey | ''): void {
        this.session = null;
        this.sign_in_message = message;
        this.phase = 'signed-out';
    }

    private async sign_out(): Promise<void> {
        try {
            await sign_out();
        } catch (cause) {
            if (!is_signed_out(cause)) {
                this.problem = cause;
                return;
            }
        }
        this.go({ number: '', from: '', to: '', id: '' });
        this.leave('signed_out');
    }

    private show(route: Route): void {
        this.route = route;
        if (!same_filter(route, this.filter)) {
            const { number, from, to } = route;
            this.filter = { number, from, to };
        }
    }

    private go(route: Route): void {
        const address = route_address(route);
        if (address !== location.pathname + location.search) {
            history.pushState(null, '', address);
        }
        this.show(route);
    }

    private async open_call(id: string): Promise<void> {
        this.go({ ...this.route, id });
        await this.updateComplete;
        this.player?.focus_heading();
        if (matchMedia('(max-width: 899px)').matches) {
            window.scrollTo({ top: 0 });
        }
    }

    private async close_call(): Promise<void> {
        const { id } = this.route;
        this.go({ ...this.route, id: '' });
        await this.updateComplete;
        this.list?.focus_row(id);
    }

    private render_language() {
        return html`<div class="languages" role="group" aria-label=${text('language')}>
            ${LANGUAGES.map(
                ([code, name]) =>
                    html`<button
                        lang=${code}
                        aria-pressed=${language.code === code ? 'true' : 'false'}
                        @click=${() => language.choose(code)}
                    >
                        ${name}
                    </button>`,
            )}
        </div>`;
    }

    private render_header() {
        const { session } = this;
        return html`<header>
            ${
                session
                    ? html`<button class="skip" @click=${() => this.main?.focus()}>
                          ${text('skip_to_content')}
                      </button>
                      <p class="product">${logo_icon()}<span>${text('product')}</span></p>`
                    : html`<span></span>`
            }
            <div class="tools">
                ${
                    session
                        ? html`<p class="who">
                          <span class="visually-hidden">${text('signed_in_as')}</span>
                          <strong>${session.name || session.customer}</strong>
                          ${session.name ? html`<span>${session.customer}</span>` : nothing}
                      </p>`
                        : nothing
                }
                ${this.render_language()}
                ${
                    session
                        ? html`<button class="button sign-out" @click=${this.sign_out}>
                          ${text('sign_out')}
                      </button>`
                        : nothing
                }
            </div>
        </header>`;
    }

    private render_detail() {
        const { id } = this.route;
        if (!id) {
            return html`<div class="choose">
                ${handset_icon()}
                <p class="choose-title">${text('choose_title')}</p>
                <p>${text('choose_text')}</p>
            </div>`;
        }
        return html`<recorder-player
            .recording_id=${id}
            @close=${this.close_call}
            @open=${(event: CustomEvent<string>) => this.open_call(event.detail)}
            @session-over=${() => this.leave('signed_out_idle')}
        ></recorder-player>`;
    }

    private render_calls() {
        return html`<main id="calls" tabindex="-1" class=${this.route.id ? 'open' : ''}>
            <div class="find">
                <h1>${text('calls')}</h1>
                ${this.problem ? this.render_problem() : nothing}
                <recorder-filter
                    .filter=${this.filter}
                    @filter=${(event: CustomEvent<Filter>) =>
                        this.go({ ...event.detail, id: this.route.id })}
                ></recorder-filter>
                <recorder-list
                    .filter=${this.filter}
                    .selected=${this.route.id}
                    @open=${(event: CustomEvent<string>) => this.open_call(event.detail)}
                    @session-over=${() => this.leave('signed_out_idle')}
                ></recorder-list>
            </div>
            <section class="detail" aria-label=${text('call')}>${this.render_detail()}</section>
        </main>`;
    }

    private render_problem() {
        return html`<p class="notice problem" role="alert">
            ${notice_icon()}<span>${explain(this.problem)}</span>
        </p>`;
    }

    private retry(): void {
        this.problem = null;
        this.phase = 'starting';
        void this.find_session('');
    }

    private render_phase() {
        switch (this.phase) {
            case 'starting':
                return html`<p class="starting" role="status">${text('loading')}</p>`;
            case 'signed-out':
                return html`<recorder-sign-in
                    .message=${this.sign_in_message}
                    @signed-in=${this.signed_in}
                ></recorder-sign-in>`;
            case 'signed-in':
                return this.render_calls();
            case 'failed':
                return html`<main class="failed">
                    ${this.render_problem()}
                    <button class="button" @click=${this.retry}>${text('try_again')}</button>
                </main>`;
        }
    }

    override render() {
        return html`${this.render_header()} ${this.render_phase()}`;
    }

    static override styles = [shared_styles, app_styles];
}
