var lr=Object.defineProperty;var nn=Object.getOwnPropertyDescriptor;var sn=(i,t)=>{for(var e in t)lr(i,e,{get:t[e],enumerable:!0})};var m=(i,t,e,r)=>{for(var n=r>1?void 0:r?nn(t,e):t,s=i.length-1,o;s>=0;s--)(o=i[s])&&(n=(r?o(t,e,n):o(n))||n);return r&&n&&lr(t,e,n),n};var Ye=globalThis,Qe=Ye.ShadowRoot&&(Ye.ShadyCSS===void 0||Ye.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,$t=Symbol(),dr=new WeakMap,Te=class{constructor(t,e,r){if(this._$cssResult$=!0,r!==$t)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=t,this.t=e}get styleSheet(){let t=this.o,e=this.t;if(Qe&&t===void 0){let r=e!==void 0&&e.length===1;r&&(t=dr.get(e)),t===void 0&&((this.o=t=new CSSStyleSheet).replaceSync(this.cssText),r&&dr.set(e,t))}return t}toString(){return this.cssText}},cr=i=>new Te(typeof i=="string"?i:i+"",void 0,$t),E=(i,...t)=>{let e=i.length===1?i[0]:t.reduce((r,n,s)=>r+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(n)+i[s+1],i[0]);return new Te(e,i,$t)},ur=(i,t)=>{if(Qe)i.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of t){let r=document.createElement("style"),n=Ye.litNonce;n!==void 0&&r.setAttribute("nonce",n),r.textContent=e.cssText,i.appendChild(r)}},St=Qe?i=>i:i=>i instanceof CSSStyleSheet?(t=>{let e="";for(let r of t.cssRules)e+=r.cssText;return cr(e)})(i):i;var{is:on,defineProperty:an,getOwnPropertyDescriptor:ln,getOwnPropertyNames:dn,getOwnPropertySymbols:cn,getPrototypeOf:un}=Object,Ze=globalThis,hr=Ze.trustedTypes,hn=hr?hr.emptyScript:"",pn=Ze.reactiveElementPolyfillSupport,Le=(i,t)=>i,De={toAttribute(i,t){switch(t){case Boolean:i=i?hn:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,t){let e=i;switch(t){case Boolean:e=i!==null;break;case Number:e=i===null?null:Number(i);break;case Object:case Array:try{e=JSON.parse(i)}catch{e=null}}return e}},Je=(i,t)=>!on(i,t),pr={attribute:!0,type:String,converter:De,reflect:!1,useDefault:!1,hasChanged:Je};Symbol.metadata??=Symbol("metadata"),Ze.litPropertyMetadata??=new WeakMap;var ie=class extends HTMLElement{static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(t,e=pr){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(t)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(t,e),!e.noAccessor){let r=Symbol(),n=this.getPropertyDescriptor(t,r,e);n!==void 0&&an(this.prototype,t,n)}}static getPropertyDescriptor(t,e,r){let{get:n,set:s}=ln(this.prototype,t)??{get(){return this[e]},set(o){this[e]=o}};return{get:n,set(o){let a=n?.call(this);s?.call(this,o),this.requestUpdate(t,a,r)},configurable:!0,enumerable:!0}}static getPropertyOptions(t){return this.elementProperties.get(t)??pr}static _$Ei(){if(this.hasOwnProperty(Le("elementProperties")))return;let t=un(this);t.finalize(),t.l!==void 0&&(this.l=[...t.l]),this.elementProperties=new Map(t.elementProperties)}static finalize(){if(this.hasOwnProperty(Le("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(Le("properties"))){let e=this.properties,r=[...dn(e),...cn(e)];for(let n of r)this.createProperty(n,e[n])}let t=this[Symbol.metadata];if(t!==null){let e=litPropertyMetadata.get(t);if(e!==void 0)for(let[r,n]of e)this.elementProperties.set(r,n)}this._$Eh=new Map;for(let[e,r]of this.elementProperties){let n=this._$Eu(e,r);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(t){let e=[];if(Array.isArray(t)){let r=new Set(t.flat(1/0).reverse());for(let n of r)e.unshift(St(n))}else t!==void 0&&e.push(St(t));return e}static _$Eu(t,e){let r=e.attribute;return r===!1?void 0:typeof r=="string"?r:typeof t=="string"?t.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(t=>this.enableUpdating=t),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(t=>t(this))}addController(t){(this._$EO??=new Set).add(t),this.renderRoot!==void 0&&this.isConnected&&t.hostConnected?.()}removeController(t){this._$EO?.delete(t)}_$E_(){let t=new Map,e=this.constructor.elementProperties;for(let r of e.keys())this.hasOwnProperty(r)&&(t.set(r,this[r]),delete this[r]);t.size>0&&(this._$Ep=t)}createRenderRoot(){let t=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return ur(t,this.constructor.elementStyles),t}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(t=>t.hostConnected?.())}enableUpdating(t){}disconnectedCallback(){this._$EO?.forEach(t=>t.hostDisconnected?.())}attributeChangedCallback(t,e,r){this._$AK(t,r)}_$ET(t,e){let r=this.constructor.elementProperties.get(t),n=this.constructor._$Eu(t,r);if(n!==void 0&&r.reflect===!0){let s=(r.converter?.toAttribute!==void 0?r.converter:De).toAttribute(e,r.type);this._$Em=t,s==null?this.removeAttribute(n):this.setAttribute(n,s),this._$Em=null}}_$AK(t,e){let r=this.constructor,n=r._$Eh.get(t);if(n!==void 0&&this._$Em!==n){let s=r.getPropertyOptions(n),o=typeof s.converter=="function"?{fromAttribute:s.converter}:s.converter?.fromAttribute!==void 0?s.converter:De;this._$Em=n;let a=o.fromAttribute(e,s.type);this[n]=a??this._$Ej?.get(n)??a,this._$Em=null}}requestUpdate(t,e,r,n=!1,s){if(t!==void 0){let o=this.constructor;if(n===!1&&(s=this[t]),r??=o.getPropertyOptions(t),!((r.hasChanged??Je)(s,e)||r.useDefault&&r.reflect&&s===this._$Ej?.get(t)&&!this.hasAttribute(o._$Eu(t,r))))return;this.C(t,e,r)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(t,e,{useDefault:r,reflect:n,wrapped:s},o){r&&!(this._$Ej??=new Map).has(t)&&(this._$Ej.set(t,o??e??this[t]),s!==!0||o!==void 0)||(this._$AL.has(t)||(this.hasUpdated||r||(e=void 0),this._$AL.set(t,e)),n===!0&&this._$Em!==t&&(this._$Eq??=new Set).add(t))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let t=this.scheduleUpdate();return t!=null&&await t,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[n,s]of this._$Ep)this[n]=s;this._$Ep=void 0}let r=this.constructor.elementProperties;if(r.size>0)for(let[n,s]of r){let{wrapped:o}=s,a=this[n];o!==!0||this._$AL.has(n)||a===void 0||this.C(n,void 0,s,a)}}let t=!1,e=this._$AL;try{t=this.shouldUpdate(e),t?(this.willUpdate(e),this._$EO?.forEach(r=>r.hostUpdate?.()),this.update(e)):this._$EM()}catch(r){throw t=!1,this._$EM(),r}t&&this._$AE(e)}willUpdate(t){}_$AE(t){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(t)),this.updated(t)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(t){return!0}update(t){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(t){}firstUpdated(t){}};ie.elementStyles=[],ie.shadowRootOptions={mode:"open"},ie[Le("elementProperties")]=new Map,ie[Le("finalized")]=new Map,pn?.({ReactiveElement:ie}),(Ze.reactiveElementVersions??=[]).push("2.1.2");var Tt=globalThis,mr=i=>i,et=Tt.trustedTypes,fr=et?et.createPolicy("lit-html",{createHTML:i=>i}):void 0,wr="$lit$",ce=`lit$${Math.random().toFixed(9).slice(2)}$`,xr="?"+ce,mn=`<${xr}>`,ge=document,Ne=()=>ge.createComment(""),je=i=>i===null||typeof i!="object"&&typeof i!="function",Lt=Array.isArray,fn=i=>Lt(i)||typeof i?.[Symbol.iterator]=="function",Et=`[ 	
\f\r]`,Oe=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,gr=/-->/g,vr=/>/g,me=RegExp(`>|${Et}(?:([^\\s"'>=/]+)(${Et}*=${Et}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),_r=/'/g,br=/"/g,kr=/^(?:script|style|textarea|title)$/i,Dt=i=>(t,...e)=>({_$litType$:i,strings:t,values:e}),h=Dt(1),k=Dt(2),Ws=Dt(3),ve=Symbol.for("lit-noChange"),f=Symbol.for("lit-nothing"),yr=new WeakMap,fe=ge.createTreeWalker(ge,129);function $r(i,t){if(!Lt(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return fr!==void 0?fr.createHTML(t):t}var gn=(i,t)=>{let e=i.length-1,r=[],n,s=t===2?"<svg>":t===3?"<math>":"",o=Oe;for(let a=0;a<e;a++){let l=i[a],d,c,p=-1,g=0;for(;g<l.length&&(o.lastIndex=g,c=o.exec(l),c!==null);)g=o.lastIndex,o===Oe?c[1]==="!--"?o=gr:c[1]!==void 0?o=vr:c[2]!==void 0?(kr.test(c[2])&&(n=RegExp("</"+c[2],"g")),o=me):c[3]!==void 0&&(o=me):o===me?c[0]===">"?(o=n??Oe,p=-1):c[1]===void 0?p=-2:(p=o.lastIndex-c[2].length,d=c[1],o=c[3]===void 0?me:c[3]==='"'?br:_r):o===br||o===_r?o=me:o===gr||o===vr?o=Oe:(o=me,n=void 0);let b=o===me&&i[a+1].startsWith("/>")?" ":"";s+=o===Oe?l+mn:p>=0?(r.push(d),l.slice(0,p)+wr+l.slice(p)+ce+b):l+ce+(p===-2?a:b)}return[$r(i,s+(i[e]||"<?>")+(t===2?"</svg>":t===3?"</math>":"")),r]},We=class i{constructor({strings:t,_$litType$:e},r){let n;this.parts=[];let s=0,o=0,a=t.length-1,l=this.parts,[d,c]=gn(t,e);if(this.el=i.createElement(d,r),fe.currentNode=this.el.content,e===2||e===3){let p=this.el.content.firstChild;p.replaceWith(...p.childNodes)}for(;(n=fe.nextNode())!==null&&l.length<a;){if(n.nodeType===1){if(n.hasAttributes())for(let p of n.getAttributeNames())if(p.endsWith(wr)){let g=c[o++],b=n.getAttribute(p).split(ce),y=/([.?@])?(.*)/.exec(g);l.push({type:1,index:s,name:y[2],strings:b,ctor:y[1]==="."?Pt:y[1]==="?"?Mt:y[1]==="@"?Rt:xe}),n.removeAttribute(p)}else p.startsWith(ce)&&(l.push({type:6,index:s}),n.removeAttribute(p));if(kr.test(n.tagName)){let p=n.textContent.split(ce),g=p.length-1;if(g>0){n.textContent=et?et.emptyScript:"";for(let b=0;b<g;b++)n.append(p[b],Ne()),fe.nextNode(),l.push({type:2,index:++s});n.append(p[g],Ne())}}}else if(n.nodeType===8)if(n.data===xr)l.push({type:2,index:s});else{let p=-1;for(;(p=n.data.indexOf(ce,p+1))!==-1;)l.push({type:7,index:s}),p+=ce.length-1}s++}}static createElement(t,e){let r=ge.createElement("template");return r.innerHTML=t,r}};function we(i,t,e=i,r){if(t===ve)return t;let n=r!==void 0?e._$Co?.[r]:e._$Cl,s=je(t)?void 0:t._$litDirective$;return n?.constructor!==s&&(n?._$AO?.(!1),s===void 0?n=void 0:(n=new s(i),n._$AT(i,e,r)),r!==void 0?(e._$Co??=[])[r]=n:e._$Cl=n),n!==void 0&&(t=we(i,n._$AS(i,t.values),n,r)),t}var Ct=class{constructor(t,e){this._$AV=[],this._$AN=void 0,this._$AD=t,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(t){let{el:{content:e},parts:r}=this._$AD,n=(t?.creationScope??ge).importNode(e,!0);fe.currentNode=n;let s=fe.nextNode(),o=0,a=0,l=r[0];for(;l!==void 0;){if(o===l.index){let d;l.type===2?d=new Fe(s,s.nextSibling,this,t):l.type===1?d=new l.ctor(s,l.name,l.strings,this,t):l.type===6&&(d=new At(s,this,t)),this._$AV.push(d),l=r[++a]}o!==l?.index&&(s=fe.nextNode(),o++)}return fe.currentNode=ge,n}p(t){let e=0;for(let r of this._$AV)r!==void 0&&(r.strings!==void 0?(r._$AI(t,r,e),e+=r.strings.length-2):r._$AI(t[e])),e++}},Fe=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(t,e,r,n){this.type=2,this._$AH=f,this._$AN=void 0,this._$AA=t,this._$AB=e,this._$AM=r,this.options=n,this._$Cv=n?.isConnected??!0}get parentNode(){let t=this._$AA.parentNode,e=this._$AM;return e!==void 0&&t?.nodeType===11&&(t=e.parentNode),t}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(t,e=this){t=we(this,t,e),je(t)?t===f||t==null||t===""?(this._$AH!==f&&this._$AR(),this._$AH=f):t!==this._$AH&&t!==ve&&this._(t):t._$litType$!==void 0?this.$(t):t.nodeType!==void 0?this.T(t):fn(t)?this.k(t):this._(t)}O(t){return this._$AA.parentNode.insertBefore(t,this._$AB)}T(t){this._$AH!==t&&(this._$AR(),this._$AH=this.O(t))}_(t){this._$AH!==f&&je(this._$AH)?this._$AA.nextSibling.data=t:this.T(ge.createTextNode(t)),this._$AH=t}$(t){let{values:e,_$litType$:r}=t,n=typeof r=="number"?this._$AC(t):(r.el===void 0&&(r.el=We.createElement($r(r.h,r.h[0]),this.options)),r);if(this._$AH?._$AD===n)this._$AH.p(e);else{let s=new Ct(n,this),o=s.u(this.options);s.p(e),this.T(o),this._$AH=s}}_$AC(t){let e=yr.get(t.strings);return e===void 0&&yr.set(t.strings,e=new We(t)),e}k(t){Lt(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,r,n=0;for(let s of t)n===e.length?e.push(r=new i(this.O(Ne()),this.O(Ne()),this,this.options)):r=e[n],r._$AI(s),n++;n<e.length&&(this._$AR(r&&r._$AB.nextSibling,n),e.length=n)}_$AR(t=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);t!==this._$AB;){let r=mr(t).nextSibling;mr(t).remove(),t=r}}setConnected(t){this._$AM===void 0&&(this._$Cv=t,this._$AP?.(t))}},xe=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(t,e,r,n,s){this.type=1,this._$AH=f,this._$AN=void 0,this.element=t,this.name=e,this._$AM=n,this.options=s,r.length>2||r[0]!==""||r[1]!==""?(this._$AH=Array(r.length-1).fill(new String),this.strings=r):this._$AH=f}_$AI(t,e=this,r,n){let s=this.strings,o=!1;if(s===void 0)t=we(this,t,e,0),o=!je(t)||t!==this._$AH&&t!==ve,o&&(this._$AH=t);else{let a=t,l,d;for(t=s[0],l=0;l<s.length-1;l++)d=we(this,a[r+l],e,l),d===ve&&(d=this._$AH[l]),o||=!je(d)||d!==this._$AH[l],d===f?t=f:t!==f&&(t+=(d??"")+s[l+1]),this._$AH[l]=d}o&&!n&&this.j(t)}j(t){t===f?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,t??"")}},Pt=class extends xe{constructor(){super(...arguments),this.type=3}j(t){this.element[this.name]=t===f?void 0:t}},Mt=class extends xe{constructor(){super(...arguments),this.type=4}j(t){this.element.toggleAttribute(this.name,!!t&&t!==f)}},Rt=class extends xe{constructor(t,e,r,n,s){super(t,e,r,n,s),this.type=5}_$AI(t,e=this){if((t=we(this,t,e,0)??f)===ve)return;let r=this._$AH,n=t===f&&r!==f||t.capture!==r.capture||t.once!==r.once||t.passive!==r.passive,s=t!==f&&(r===f||n);n&&this.element.removeEventListener(this.name,this,r),s&&this.element.addEventListener(this.name,this,t),this._$AH=t}handleEvent(t){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)}},At=class{constructor(t,e,r){this.element=t,this.type=6,this._$AN=void 0,this._$AM=e,this.options=r}get _$AU(){return this._$AM._$AU}_$AI(t){we(this,t)}};var vn=Tt.litHtmlPolyfillSupport;vn?.(We,Fe),(Tt.litHtmlVersions??=[]).push("3.3.3");var Sr=(i,t,e)=>{let r=e?.renderBefore??t,n=r._$litPart$;if(n===void 0){let s=e?.renderBefore??null;r._$litPart$=n=new Fe(t.insertBefore(Ne(),s),s,void 0,e??{})}return n._$AI(i),n};var Ot=globalThis,S=class extends ie{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let t=super.createRenderRoot();return this.renderOptions.renderBefore??=t.firstChild,t}update(t){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(t),this._$Do=Sr(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return ve}};S._$litElement$=!0,S.finalized=!0,Ot.litElementHydrateSupport?.({LitElement:S});var _n=Ot.litElementPolyfillSupport;_n?.({LitElement:S});(Ot.litElementVersions??=[]).push("4.2.2");var R=i=>(t,e)=>{e!==void 0?e.addInitializer(()=>{customElements.define(i,t)}):customElements.define(i,t)};var bn={attribute:!0,type:String,converter:De,reflect:!1,hasChanged:Je},yn=(i=bn,t,e)=>{let{kind:r,metadata:n}=e,s=globalThis.litPropertyMetadata.get(n);if(s===void 0&&globalThis.litPropertyMetadata.set(n,s=new Map),r==="setter"&&((i=Object.create(i)).wrapped=!0),s.set(e.name,i),r==="accessor"){let{name:o}=e;return{set(a){let l=t.get.call(this);t.set.call(this,a),this.requestUpdate(o,l,i,!0,a)},init(a){return a!==void 0&&this.C(o,void 0,i,a),a}}}if(r==="setter"){let{name:o}=e;return function(a){let l=this[o];t.call(this,a),this.requestUpdate(o,l,i,!0,a)}}throw Error("Unsupported decorator location: "+r)};function x(i){return(t,e)=>typeof e=="object"?yn(i,t,e):((r,n,s)=>{let o=n.hasOwnProperty(s);return n.constructor.createProperty(s,r),o?Object.getOwnPropertyDescriptor(n,s):void 0})(i,t,e)}function v(i){return x({...i,state:!0,attribute:!1})}var _e=(i,t,e)=>(e.configurable=!0,e.enumerable=!0,Reflect.decorate&&typeof t!="object"&&Object.defineProperty(i,t,e),e);function T(i,t){return(e,r,n)=>{let s=o=>o.renderRoot?.querySelector(i)??null;if(t){let{get:o,set:a}=typeof r=="object"?e:n??(()=>{let l=Symbol();return{get(){return this[l]},set(d){this[l]=d}}})();return _e(e,r,{get(){let l=o.call(this);return l===void 0&&(l=s(this),(l!==null||this.hasUpdated)&&a.call(this,l)),l}})}return _e(e,r,{get(){return s(this)}})}}var O=class extends Error{constructor(e,r="about:blank",n="",s=0){super(n||r);this.status=e;this.type=r;this.detail=n;this.retry_after_s=s;this.name="ApiProblem"}is(e){return this.type.endsWith(`/${e}`)}},Er="/api/v1",wn=50;async function xn(i){let t=Number(i.headers.get("Retry-After"))||0;try{let e=await i.json();return new O(i.status,e.type,e.detail,t)}catch{return new O(i.status,void 0,void 0,t)}}async function tt(i,t={}){let e;try{e=await fetch(Er+i,{credentials:"same-origin",...t})}catch(r){throw r instanceof DOMException&&r.name==="AbortError"?r:new O(0)}if(!e.ok)throw await xn(e);return e}async function Ie(i,t){let e=await tt(i,t?{signal:t}:{});try{return await e.json()}catch{throw new O(0)}}function rt(i){return i instanceof DOMException&&i.name==="AbortError"}async function Cr(i,t){await tt("/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({customer:i,pin:t})})}async function Pr(){await tt("/session",{method:"DELETE"})}function Mr(){return Ie("/session")}function Rr(i,t){let e=new URLSearchParams({limit:String(wn)});for(let[r,n]of Object.entries(i))n&&e.set(r,n);return Ie(`/recordings?${e}`,t)}function He(i){return`/recordings/${encodeURIComponent(i)}`}function Ar(i,t){return Ie(He(i),t)}async function Tr(i,t){return(await Ie(`${He(i)}/facts`,t)).facts}async function Lr(i,t){try{return await Ie(`${He(i)}/peaks`,t)}catch(e){if(e instanceof O&&e.is("no-peaks"))return null;throw e}}async function Dr(i){try{let t={Range:"bytes=0-0"};return await(await tt(`${He(i)}/audio`,{headers:t})).body?.cancel(),null}catch(t){return t instanceof O?t:new O(0)}}function Nt(i){return`${Er}${He(i)}/audio`}function Or(i){return`${Nt(i)}?download=1`}var Nr=E`
    :host {
        display: block;
    }
    header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem 1rem;
        max-width: 90rem;
        min-height: 3.75rem;
        margin: 0 auto;
        padding: 0.6rem clamp(1rem, 3vw, 2rem);
    }
    .product {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--accent);
        font-size: 1.0625rem;
        font-weight: 650;
    }
    .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
    }
    .who {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.5rem;
        font-size: 0.9375rem;
    }
    .who span:not(.visually-hidden) {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
    }
    .who strong {
        font-weight: 600;
    }
    .languages {
        display: flex;
        padding: 2px;
        border: 1px solid var(--line);
        border-radius: 9px;
        background: var(--surface);
    }
    .languages button {
        min-height: 2rem;
        padding: 0 0.65rem;
        border: 0;
        border-radius: 7px;
        background: transparent;
        color: var(--muted);
        font: inherit;
        font-size: 0.875rem;
        cursor: pointer;
    }
    .languages button[aria-pressed='true'] {
        background: var(--accent-soft);
        color: var(--accent-strong);
        font-weight: 600;
    }
    .sign-out {
        min-height: 2.25rem;
        font-size: 0.875rem;
    }
    .skip {
        position: absolute;
        top: -4rem;
        left: 1rem;
        z-index: 10;
        padding: 0.5rem 0.9rem;
        border: 0;
        border-radius: 8px;
        font: inherit;
        background: var(--accent);
        color: var(--accent-text);
    }
    .skip:focus {
        top: 0.5rem;
    }
    #calls {
        display: grid;
        grid-template-columns: minmax(20rem, 27rem) minmax(0, 1fr);
        gap: clamp(1rem, 2.5vw, 2rem);
        align-items: start;
        max-width: 90rem;
        margin: 0 auto;
        padding: 0.5rem clamp(1rem, 3vw, 2rem) 3rem;
    }
    #calls:focus-visible {
        outline: none;
    }
    .find {
        display: grid;
        gap: 0.9rem;
        min-width: 0;
    }
    h1 {
        font-size: 1.75rem;
    }
    .detail {
        position: sticky;
        top: 1rem;
        max-height: calc(100vh - 2rem);
        margin-top: 3.05rem;
        overflow: auto;
        border-radius: var(--radius);
    }
    .choose {
        display: grid;
        justify-items: center;
        gap: 0.25rem;
        padding: 6rem 1.5rem;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius);
        color: var(--muted);
        text-align: center;
    }
    .choose .icon {
        width: 2.25rem;
        height: 2.25rem;
        margin-bottom: 0.5rem;
    }
    .choose-title {
        color: var(--text);
        font-size: 1.0625rem;
        font-weight: 600;
    }
    .starting {
        padding: 20vh 1rem;
        color: var(--muted);
        text-align: center;
    }
    .failed {
        display: grid;
        justify-items: center;
        gap: 1rem;
        padding: 15vh 1rem;
    }
    @media (max-width: 899px) {
        #calls {
            grid-template-columns: minmax(0, 1fr);
        }
        .detail {
            position: static;
            max-height: none;
            margin-top: 0;
            overflow: visible;
        }
        #calls.open .find > :not(h1),
        #calls:not(.open) .detail {
            display: none;
        }
        /* The page keeps its heading, for readers. */
        #calls.open .find {
            display: contents;
        }
        #calls.open h1 {
            position: absolute;
            width: 1px;
            height: 1px;
            overflow: hidden;
            clip-path: inset(50%);
        }
    }
    @media (max-width: 559px) {
        header {
            display: grid;
            grid-template-columns: minmax(0, 1fr) auto;
            padding-block: 0.75rem;
        }
        .tools {
            display: contents;
        }
        .product {
            order: 1;
            font-size: 1rem;
            white-space: nowrap;
        }
        .sign-out {
            order: 2;
            justify-self: end;
        }
        .who {
            order: 3;
            overflow-wrap: anywhere;
        }
        .languages {
            order: 4;
        }
        .languages button {
            padding: 0 0.5rem;
            font-size: 0.8125rem;
        }
    }
`;var kn={product:"Business Recorder",skip_to_content:"Skip to the calls",language:"Language",signed_in_as:"Signed in as",sign_out:"Sign out",loading:"Loading…",sign_in_title:"Sign in",sign_in_lead:"Listen to your recorded calls.",customer_number:"Customer number",pin:"PIN",sign_in:"Sign in",signing_in:"Signing in…",fill_customer:"Enter your customer number.",fill_pin:"Enter your PIN.",wrong_pin:"The customer number or the PIN is wrong. Check both and try again.",wait_seconds:"Too many attempts. You can try again in {seconds}.",wait_over:"You can try again now.",signed_out_idle:"You have been signed out. Sign in again to go on.",signed_out:"You are signed out.",calls:"Calls",filter_label:"Find calls",filter_number:"Phone number",filter_number_hint:"A whole number or its last digits. 8830* finds numbers that begin with 8830.",filter_from:"From date",filter_to:"To date",filter_apply:"Search",filter_clear:"Clear",filter_dates_wrong:"The period ends before it begins.",filter_number_wrong:"A phone number has digits only, and * at its beginning or its end.",reload:"Reload",load_more:"Show more calls",shown_one:"1 call shown",shown_many:"{count} calls shown",shown_all:"No more calls.",empty_title:"No calls yet",empty_text:"Calls show up here as soon as they are recorded.",empty_filter_title:"No calls found",empty_filter_text:"No calls match the number and period you asked for.",try_again:"Try again",direction_in:"Incoming",direction_out:"Outgoing",direction_internal:"Internal",direction_unknown:"Call",to_number:"to {number}",from_number:"from {number}",unknown_party:"Unknown number",duration:"Length",state_recording:"Recording now",state_sealed:"Complete",state_recovered:"Recovered",state_failed:"Failed",part_of:"Part {part} of {size}",choose_title:"Choose a call",choose_text:"Pick a call in the list to listen to it.",call:"Call",conversation_title:"This conversation",conversation_lead:"{count} parts · {length} in all",conversation_going_on:"{count} parts, still going on",part_presumed:"Presumed: a call with the same number was hung up just before",part_shown:"shown here",party_to:"to",part_ended:"This part of the conversation has ended.",play_next_part:"Play the next part",close:"Close",back_to_list:"Back to the list",download:"Download",play:"Play",pause:"Pause",back_10:"Back 10 seconds",forward_10:"Forward 10 seconds",position:"Position in the call",position_value:"{now} of {total}",browser_player:"The browser’s own player",lane_caller:"Caller",lane_called:"Called",no_waveform:"No waveform for this call. It can be played all the same.",waveform_failed:"The waveform could not be fetched. The call can be played all the same.",note_recording:"This call is being recorded now. It can be played when it has ended.",note_recovered:"The recorder was interrupted during this call. What was saved can be played; the last seconds may be missing.",note_failed:"This call could not be recorded, so there is nothing to play.",when:"Date and time",state:"State",direction:"Direction",facts_title:"Not heard in this recording",facts_none:"No gaps were noted in this recording.",facts_failed:"What is missing in this recording could not be fetched.",facts_unknown:"What may be missing was not noted, since the recording was interrupted.",facts_list:"Show them one by one",facts_more:"Show more of the {count}",fact_time:"Time",fact_kind:"What",fact_side:"Who",fact_length:"Length",fact_both:"Both",fact_jump:"Go to {time}",fact_packets_one:"1 packet",fact_packets_many:"{count} packets",cause_lost:"Lost on the way",cause_late:"Came too late",cause_silent:"Nothing was sent",cause_held:"On hold",cause_paused:"Recording paused",cause_masked:"Digits masked",cause_unwritten:"Could not be stored",cause_undecodable:"Could not be decoded",cause_concealed:"Lost, and filled in",cause_overlaid:"Other sound in its place",cause_other:"Other: {cause}",group_quiet:"Quiet",group_withheld:"Withheld",group_concealed:"Filled in",group_lost:"Missing",group_undecodable:"Not understood",group_other:"Other",events_title:"During the call",events_technical:"Technical notes ({count})",event_party_joined:"{who} joined",event_party_left:"{who} left",event_somebody:"Somebody",event_codec_change:"Codec changed",event_ssrc_change:"Sound from a new source",event_stream_change:"Another stream of the call",event_stream_refused:"Stream not recorded",event_clock_corrected:"Moved to the sender’s clock",event_dtmf:"Digit pressed",event_deviation:"Departure from the standard",event_quality:"How it was received",event_documents_dropped:"Call details not kept",event_notes_dropped:"Further notes not kept",technical:"Technical details",codec:"Codec",packets_received:"Packets received",packets_lost:"Lost",packets_late:"Late",packets_duplicate:"Duplicates",packets_ignored:"Not to be heard",packets_refused:"Refused",quality:"Quality (MOS)",quality_value:"{mos} (R {r})",jitter:"Jitter",speech:"Spoke",speech_value:"{time} ({share})",longest_silence:"Longest silence",talk_over:"Both spoke at once for {time}.",quality_hint:"MOS and R are estimates by ITU-T G.107, from the codec and the loss.",identifier:"Recording id",problem_network:"The recorder does not answer. Check your connection and try again.",problem_request:"The recorder did not understand the request.",problem_forbidden:"You have no access to this.",problem_not_found:"This call is not here. It may have been deleted.",problem_busy:"The recorder is busy. Try again in a moment.",problem_wait:"Too many requests. Try again in {seconds}.",problem_key_gone:"The key to this recording has been destroyed. It can no longer be played.",problem_damaged:"This recording is damaged and is not played. Contact your provider.",problem_server:"Something went wrong at the recorder. Try again later.",problem_playback:"The call could not be played."},$n={product:"Business Recorder",skip_to_content:"Gå til opkaldene",language:"Sprog",signed_in_as:"Logget ind som",sign_out:"Log ud",loading:"Henter…",sign_in_title:"Log ind",sign_in_lead:"Hør dine optagede opkald.",customer_number:"Kundenummer",pin:"PIN-kode",sign_in:"Log ind",signing_in:"Logger ind…",fill_customer:"Skriv dit kundenummer.",fill_pin:"Skriv din PIN-kode.",wrong_pin:"Kundenummeret eller PIN-koden er forkert. Se begge efter, og prøv igen.",wait_seconds:"For mange forsøg. Du kan prøve igen om {seconds}.",wait_over:"Du kan prøve igen nu.",signed_out_idle:"Du er blevet logget ud. Log ind igen for at fortsætte.",signed_out:"Du er logget ud.",calls:"Opkald",filter_label:"Find opkald",filter_number:"Telefonnummer",filter_number_hint:"Et helt nummer eller de sidste cifre. 8830* finder numre, der begynder med 8830.",filter_from:"Fra dato",filter_to:"Til dato",filter_apply:"Søg",filter_clear:"Ryd",filter_dates_wrong:"Perioden slutter, før den begynder.",filter_number_wrong:"Et telefonnummer har kun cifre, og * først eller sidst.",reload:"Opdater",load_more:"Vis flere opkald",shown_one:"1 opkald vist",shown_many:"{count} opkald vist",shown_all:"Ikke flere opkald.",empty_title:"Ingen opkald endnu",empty_text:"Opkald vises her, så snart de bliver optaget.",empty_filter_title:"Ingen opkald fundet",empty_filter_text:"Ingen opkald passer til nummeret og perioden.",try_again:"Prøv igen",direction_in:"Indgående",direction_out:"Udgående",direction_internal:"Internt",direction_unknown:"Opkald",to_number:"til {number}",from_number:"fra {number}",unknown_party:"Ukendt nummer",duration:"Længde",state_recording:"Optages nu",state_sealed:"Komplet",state_recovered:"Gendannet",state_failed:"Mislykket",part_of:"Del {part} af {size}",choose_title:"Vælg et opkald",choose_text:"Vælg et opkald på listen for at høre det.",call:"Opkald",conversation_title:"Denne samtale",conversation_lead:"{count} dele · {length} i alt",conversation_going_on:"{count} dele, stadig i gang",part_presumed:"Formodet: et opkald med samme nummer blev lagt på lige før",part_shown:"vises her",party_to:"til",part_ended:"Denne del af samtalen er slut.",play_next_part:"Afspil næste del",close:"Luk",back_to_list:"Tilbage til listen",download:"Hent som fil",play:"Afspil",pause:"Pause",back_10:"10 sekunder tilbage",forward_10:"10 sekunder frem",position:"Sted i opkaldet",position_value:"{now} af {total}",browser_player:"Browserens egen afspiller",lane_caller:"Ringede op",lane_called:"Blev ringet op",no_waveform:"Ingen lydkurve til dette opkald. Det kan afspilles alligevel.",waveform_failed:"Lydkurven kunne ikke hentes. Opkaldet kan afspilles alligevel.",note_recording:"Dette opkald optages nu. Det kan afspilles, når det er slut.",note_recovered:"Optageren blev afbrudt under opkaldet. Det, der blev gemt, kan afspilles; de sidste sekunder kan mangle.",note_failed:"Dette opkald kunne ikke optages, så der er intet at afspille.",when:"Dato og tid",state:"Tilstand",direction:"Retning",facts_title:"Høres ikke i optagelsen",facts_none:"Der er ikke noteret huller i optagelsen.",facts_failed:"Det kunne ikke hentes, hvad der mangler i optagelsen.",facts_unknown:"Det blev ikke noteret, hvad der mangler, da optagelsen blev afbrudt.",facts_list:"Vis dem enkeltvis",facts_more:"Vis flere af de {count}",fact_time:"Tid",fact_kind:"Hvad",fact_side:"Hvem",fact_length:"Længde",fact_both:"Begge",fact_jump:"Gå til {time}",fact_packets_one:"1 pakke",fact_packets_many:"{count} pakker",cause_lost:"Gik tabt undervejs",cause_late:"Kom for sent",cause_silent:"Der blev intet sendt",cause_held:"Sat på hold",cause_paused:"Optagelsen på pause",cause_masked:"Cifre skjult",cause_unwritten:"Kunne ikke gemmes",cause_undecodable:"Kunne ikke afkodes",cause_concealed:"Gik tabt, er udfyldt",cause_overlaid:"Anden lyd på dens plads",cause_other:"Andet: {cause}",group_quiet:"Stille",group_withheld:"Holdt tilbage",group_concealed:"Udfyldt",group_lost:"Mangler",group_undecodable:"Ikke forstået",group_other:"Andet",events_title:"Undervejs i opkaldet",events_technical:"Tekniske bemærkninger ({count})",event_party_joined:"{who} kom med",event_party_left:"{who} gik fra",event_somebody:"En deltager",event_codec_change:"Codec skiftede",event_ssrc_change:"Lyd fra en ny kilde",event_stream_change:"En anden lydstrøm i opkaldet",event_stream_refused:"Lydstrøm ikke optaget",event_clock_corrected:"Flyttet efter afsenderens ur",event_dtmf:"Ciffer trykket",event_deviation:"Afvigelse fra standarden",event_quality:"Sådan blev den modtaget",event_documents_dropped:"Oplysninger om opkaldet ikke gemt",event_notes_dropped:"Flere bemærkninger ikke gemt",technical:"Tekniske oplysninger",codec:"Codec",packets_received:"Modtagne pakker",packets_lost:"Tabte",packets_late:"For sene",packets_duplicate:"Dubletter",packets_ignored:"Ikke til at høre",packets_refused:"Afvist",quality:"Kvalitet (MOS)",quality_value:"{mos} (R {r})",jitter:"Jitter",speech:"Talte",speech_value:"{time} ({share})",longest_silence:"Længste stilhed",talk_over:"Begge talte på én gang i {time}.",quality_hint:"MOS og R er anslået efter ITU-T G.107, ud fra codec og tab.",identifier:"Optagelsens id",problem_network:"Optageren svarer ikke. Se efter, om du er på nettet, og prøv igen.",problem_request:"Optageren forstod ikke forespørgslen.",problem_forbidden:"Du har ikke adgang til dette.",problem_not_found:"Opkaldet findes ikke her. Det kan være slettet.",problem_busy:"Optageren har travlt. Prøv igen om lidt.",problem_wait:"For mange forespørgsler. Prøv igen om {seconds}.",problem_key_gone:"Nøglen til optagelsen er slettet. Den kan ikke længere afspilles.",problem_damaged:"Optagelsen er beskadiget og afspilles ikke. Kontakt din udbyder.",problem_server:"Noget gik galt hos optageren. Prøv igen senere.",problem_playback:"Opkaldet kunne ikke afspilles."},jr={en:kn,da:$n};var Wr="recorder-language",Sn={en:"en-GB",da:"da-DK"};function Fr(i){return i==="en"||i==="da"?i:null}function En(){try{return Fr(localStorage.getItem(Wr))}catch{return null}}function Cn(i){try{localStorage.setItem(Wr,i)}catch{}}function Pn(){for(let i of navigator.languages){let t=Fr(i.slice(0,2).toLowerCase());if(t)return t}return"en"}var jt=class extends EventTarget{#e=En()??Pn();get code(){return this.#e}get locale(){return Sn[this.#e]}choose(t){this.#e=t,Cn(t),this.dispatchEvent(new Event("change"))}},L=new jt;function u(i,t={}){return jr[L.code][i].replace(/\{(\w+)\}/g,(r,n)=>String(t[n]??r))}var P=class{#e;#t=()=>this.#e.requestUpdate();constructor(t){this.#e=t,t.addController(this)}hostConnected(){L.addEventListener("change",this.#t)}hostDisconnected(){L.removeEventListener("change",this.#t)}};var Mn=864e5;function be(i){let t=String(i.getMonth()+1).padStart(2,"0"),e=String(i.getDate()).padStart(2,"0");return`${i.getFullYear()}-${t}-${e}`}function nt(i,t=0){let e=/^(\d{4})-(\d{2})-(\d{2})$/.exec(i);if(!e)return null;let[r,n,s]=[Number(e[1]),Number(e[2]),Number(e[3])],o=new Date(r,n-1,s);return be(o)!==i?null:(o.setDate(s+t),o)}function Ir(i){return i.charAt(0).toLocaleUpperCase(L.locale)+i.slice(1)}function Hr(i,t=new Date){let e=a=>new Date(a.getFullYear(),a.getMonth(),a.getDate()),r=Math.round((e(i).getTime()-e(t).getTime())/Mn);if(r===0||r===-1){let a=new Intl.RelativeTimeFormat(L.locale,{numeric:"auto"});return Ir(a.format(r,"day"))}let n=i.getFullYear()===t.getFullYear()?void 0:"numeric",s={weekday:"long",day:"numeric",month:"long"},o=new Intl.DateTimeFormat(L.locale,n?{...s,year:n}:s);return Ir(o.format(i))}function Wt(i){return i.toLocaleTimeString(L.locale,{hour:"2-digit",minute:"2-digit"})}function st(i,t){return be(i)===be(t)?Wt(i):i.toLocaleString(L.locale,{day:"numeric",month:"short",hour:"2-digit",minute:"2-digit"})}function zr(i,t){let e=new Intl.DateTimeFormat(L.locale,{dateStyle:"long",timeStyle:"medium"});return t?e.formatRange(i,t):e.format(i)}function U(i){let t=Math.max(0,Math.floor(i/1e3)),e=n=>String(n).padStart(2,"0"),r=Math.floor(t/60);return r<60?`${r}:${e(t%60)}`:`${Math.floor(r/60)}:${e(r%60)}:${e(t%60)}`}function it(i,t,e,r){return new Intl.NumberFormat(L.locale,{style:"unit",unit:t,unitDisplay:r,maximumFractionDigits:e}).format(i)}function j(i,t="short"){if(i<100)return it(Math.round(i),"millisecond",0,t);if(i<9950)return it(i/1e3,"second",1,t);let e=Math.round(i/1e3);return[[Math.floor(e/3600),"hour"],[Math.floor(e/60)%60,"minute"],[e%60,"second"]].filter(([n])=>n>0).map(([n,s])=>it(n,s,0,t)).join(" ")}function I(i){return new Intl.NumberFormat(L.locale).format(i)}function Ft(i,t){return new Intl.NumberFormat(L.locale,{minimumFractionDigits:t,maximumFractionDigits:t}).format(i)}function Ur(i){return new Intl.NumberFormat(L.locale,{style:"percent"}).format(i)}function Br(i){return it(i/1e3,"millisecond",1,"short")}function ne(i){let t=/^(\+45|0045)?(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(i);if(!t)return i;let[,e,...r]=t;return[e,...r].filter(Boolean).join(" ")}function qr(i){return i===1?u("fact_packets_one"):u("fact_packets_many",{count:I(i)})}function Y(i){return h`<svg
        class="icon"
        viewBox="0 0 24 24"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
        focusable="false"
    >
        ${i}
    </svg>`}var Rn=k`<path d="M5 10v4M10 6v12M15 9v6M20 4v16" stroke-width="2.6" />`,An=k`<path d="M18 6 7 17M7 8v9h9" />`,Tn=k`<path d="M6 18 17 7M8 7h9v9" />`,Ln=k`<path d="M4 9h14l-4-4M20 15H6l4 4" />`,It=k`<path d="M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2.2
    2A16.5 16.5 0 0 1 4.5 6.2 2 2 0 0 1 6.5 4z" />`;function ot(i){return Y({in:An,out:Tn,internal:Ln,unknown:It}[i]??It)}var at=()=>Y(Rn),lt=()=>Y(It),Kr=()=>Y(k`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />`),Gr=()=>Y(k`<path d="M8.5 6v12M15.5 6v12" stroke-width="3.4" />`),Vr=()=>Y(k`<path d="M6 5.5v13l9-6.5z" fill="currentColor" /><path d="M18.5 6v12" />`),Xr=()=>Y(k`<path d="M6 6l12 12M18 6 6 18" />`),Yr=()=>Y(k`<path d="M14.5 5.5 8 12l6.5 6.5" />`),Qr=()=>Y(k`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9M20 4v5h-5" />`),Zr=()=>Y(k`<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />`),B=()=>Y(k`<circle cx="12" cy="12" r="8.5" /><path d="M12 8v5M12 16.2v.1" />`),Jr=()=>Y(k`<circle cx="10.5" cy="10.5" r="6" /><path d="M15 15l5 5" />`);var ze={number:"",from:"",to:""};function Ue(i=location.search){let t=new URLSearchParams(i),e=r=>{let n=t.get(r)??"";return nt(n)?n:""};return{number:t.get("number")??"",from:e("from"),to:e("to"),id:t.get("id")??""}}function ke(i){let t=new URLSearchParams;for(let r of["number","from","to","id"])i[r]&&t.set(r,i[r]);let e=t.toString();return e?`/?${e}`:"/"}function Be(i){return!!(i.number||i.from||i.to)}function Ht(i){let t=i.replace(/[\s()./+-]/g,"");return/^(\*\d+|\d+\*?)$/.test(t)?t.includes("*")?t:`*${t}`:null}function ei(i){return{number:i.number?Ht(i.number)??void 0:void 0,from:nt(i.from)?.toISOString(),to:nt(i.to,1)?.toISOString()}}var A=E`
    *,
    *::before,
    *::after {
        box-sizing: border-box;
    }
    :host([hidden]),
    [hidden] {
        display: none !important;
    }
    :focus {
        outline: none;
    }
    :focus-visible {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
    }
    h1,
    h2,
    h3,
    p,
    ul,
    ol,
    dl,
    dd {
        margin: 0;
        padding: 0;
    }
    ul,
    ol {
        list-style: none;
    }
    h1,
    h2,
    h3 {
        line-height: 1.25;
        text-wrap: balance;
    }
    .icon {
        flex: none;
        display: block;
    }
    .visually-hidden {
        position: absolute;
        width: 1px;
        height: 1px;
        margin: -1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
    }
    .button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: 0.45rem;
        min-height: 2.5rem;
        padding: 0.4rem 0.9rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: var(--text);
        font: inherit;
        font-size: 0.9375rem;
        font-weight: 500;
        text-decoration: none;
        cursor: pointer;
    }
    .button:hover {
        background: var(--accent-soft);
        border-color: var(--accent);
    }
    .button.primary {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--accent-text);
        font-weight: 600;
    }
    .button.primary:hover {
        background: var(--accent-strong);
        border-color: var(--accent-strong);
    }
    .button.quiet {
        border-color: transparent;
        background: transparent;
        color: var(--accent);
    }
    .button.quiet:hover {
        background: var(--accent-soft);
    }
    .button[aria-disabled='true'],
    .button.primary[aria-disabled='true'] {
        border-color: var(--line);
        background: var(--sunken);
        color: var(--muted);
        cursor: not-allowed;
    }
    .field {
        display: grid;
        gap: 0.3rem;
        min-width: 0;
    }
    .field label {
        font-size: 0.875rem;
        font-weight: 600;
    }
    .field input {
        width: 100%;
        min-width: 0;
        min-height: 2.5rem;
        padding: 0.4rem 0.7rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: var(--text);
        font: inherit;
    }
    .field input:focus-visible {
        outline-offset: 0;
    }
    .field input[aria-invalid='true'] {
        border-color: var(--danger);
    }
    summary {
        width: fit-content;
        padding: 0.25rem 0;
        border-radius: 4px;
        color: var(--accent);
        font-size: 0.9375rem;
        font-weight: 500;
        cursor: pointer;
    }
    .jump {
        flex: none;
        min-height: 1.75rem;
        min-width: 2.75rem;
        padding: 0 0.35rem;
        border: 0;
        border-radius: 6px;
        background: var(--accent-soft);
        color: var(--accent-strong);
        font: inherit;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        cursor: pointer;
    }
    .hint {
        color: var(--muted);
        font-size: 0.8125rem;
    }
    .notice {
        display: flex;
        gap: 0.6rem;
        padding: 0.75rem 0.9rem;
        border-radius: 8px;
        background: var(--accent-soft);
        font-size: 0.9375rem;
    }
    .notice .icon {
        margin-top: 0.1rem;
    }
    .notice.problem {
        background: var(--danger-soft);
        color: var(--danger);
    }
    .notice.caution {
        background: var(--warning-soft);
        color: var(--warning);
    }
    .badge {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        padding: 0.05rem 0.55rem;
        border-radius: 999px;
        background: var(--sunken);
        color: var(--muted);
        font-size: 0.8125rem;
        font-weight: 600;
        white-space: nowrap;
    }
    .badge.recording {
        background: var(--danger-soft);
        color: var(--danger);
    }
    .badge.recording::before {
        content: '';
        width: 0.55rem;
        height: 0.55rem;
        border-radius: 50%;
        background: currentColor;
    }
    .badge.recovered {
        background: var(--warning-soft);
        color: var(--warning);
    }
    .badge.failed {
        background: transparent;
        border: 1px solid currentColor;
        color: var(--danger);
    }
    @media (prefers-reduced-motion: no-preference) {
        .button {
            transition:
                background-color 120ms,
                border-color 120ms;
        }
        .badge.recording::before {
            animation: pulse 1.8s ease-in-out infinite;
        }
        @keyframes pulse {
            50% {
                opacity: 0.35;
            }
        }
    }
`;var Z=class extends S{constructor(){super();this.filter=ze;this.wrong="";this.opened=matchMedia("(min-width: 900px)").matches;new P(this)}willUpdate(){this.opened||=Be(this.filter)}find_wrong(e){return e.number&&Ht(e.number)===null?(this.number_input.focus(),"number"):e.from&&e.to&&e.from>e.to?(this.to_input.focus(),"dates"):""}ask(e){this.dispatchEvent(new CustomEvent("filter",{detail:e}))}submit(e){e.preventDefault();let r={number:this.number_input.value.trim(),from:this.from_input.value,to:this.to_input.value};this.wrong=this.find_wrong(r),this.wrong||this.ask(r)}clear(){this.wrong="",this.number_input.value="",this.from_input.value="",this.to_input.value="",this.number_input.focus(),this.ask(ze)}render_date(e,r){return h`<div class="field">
            <label for=${e}>${u(r)}</label>
            <input
                id=${e}
                type="date"
                max=${be(new Date)}
                .value=${this.filter[e]}
                aria-invalid=${this.wrong==="dates"?"true":"false"}
                aria-describedby=${this.wrong==="dates"?"wrong":f}
            />
        </div>`}render(){let e={"":"",number:u("filter_number_wrong"),dates:u("filter_dates_wrong")};return h`<details ?open=${this.opened}>
            <summary>${Jr()}${u("filter_label")}</summary>
            <form
                role="search"
                novalidate
                aria-label=${u("filter_label")}
                @submit=${this.submit}
            >
            <div class="field number">
                <label for="number">${u("filter_number")}</label>
                <input
                    id="number"
                    type="text"
                    inputmode="tel"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="40"
                    .value=${this.filter.number}
                    aria-invalid=${this.wrong==="number"?"true":"false"}
                    aria-describedby=${this.wrong==="number"?"wrong":"hint"}
                />
                <p class="hint" id="hint">${u("filter_number_hint")}</p>
            </div>
            ${this.render_date("from","filter_from")} ${this.render_date("to","filter_to")}
            ${this.wrong?h`<p class="notice problem" id="wrong" role="alert">
                      ${B()}<span>${e[this.wrong]}</span>
                  </p>`:f}
            <div class="actions">
                <button class="button primary">${u("filter_apply")}</button>
                ${Be(this.filter)||this.wrong?h`<button class="button quiet" type="button" @click=${this.clear}>
                          ${u("filter_clear")}
                      </button>`:f}
            </div>
        </form></details>`}};Z.styles=[A,E`
            details {
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--surface);
            }
            summary {
                display: flex;
                align-items: center;
                gap: 0.5rem;
                padding: 0.7rem 1rem;
                border-radius: var(--radius);
                font-weight: 600;
                list-style: none;
                cursor: pointer;
            }
            summary::-webkit-details-marker {
                display: none;
            }
            summary::after {
                content: '';
                width: 0.5rem;
                height: 0.5rem;
                margin: -0.25rem 0.2rem 0 auto;
                border: solid var(--muted);
                border-width: 0 2px 2px 0;
                rotate: 45deg;
            }
            details[open] summary::after {
                margin-top: 0.2rem;
                rotate: 225deg;
            }
            summary .icon {
                color: var(--accent);
            }
            form {
                display: grid;
                grid-template-columns: repeat(2, minmax(0, 1fr));
                gap: 0.75rem;
                padding: 0.25rem 1rem 1rem;
            }
            .number,
            .notice,
            .actions {
                grid-column: 1 / -1;
            }
            .actions {
                display: flex;
                flex-wrap: wrap;
                gap: 0.5rem;
            }
            .field input[type='date'] {
                padding-inline: 0.5rem;
                font-size: 0.9375rem;
                font-variant-numeric: tabular-nums;
            }
        `],m([x({attribute:!1})],Z.prototype,"filter",2),m([v()],Z.prototype,"wrong",2),m([T("#number")],Z.prototype,"number_input",2),m([T("#from")],Z.prototype,"from_input",2),m([T("#to")],Z.prototype,"to_input",2),Z=m([R("recorder-filter")],Z);var ti=E`
    :host {
        display: grid;
        gap: 0.75rem;
        align-content: start;
    }
    .bar {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
        padding-left: 0.25rem;
    }
    h2 {
        padding: 0.35rem 0.25rem 0.4rem;
        color: var(--muted);
        font-size: 0.875rem;
        font-weight: 600;
    }
    ul {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        overflow: hidden;
    }
    li + li {
        border-top: 1px solid var(--line);
    }
    .call {
        display: grid;
        grid-template-areas:
            'mark who time'
            'mark line length'
            'mark badge badge';
        grid-template-columns: 2.25rem minmax(0, 1fr) auto;
        gap: 0 0.75rem;
        align-items: baseline;
        padding: 0.7rem 0.9rem;
        color: inherit;
        text-decoration: none;
    }
    .call:hover {
        background: var(--sunken);
    }
    .call:focus-visible {
        outline-offset: -3px;
    }
    li:first-child .call {
        border-radius: 11px 11px 0 0;
    }
    li:last-child .call {
        border-radius: 0 0 11px 11px;
    }
    li:only-child .call {
        border-radius: 11px;
    }
    .call[aria-current='true'] {
        background: var(--accent-soft);
        box-shadow: inset 4px 0 0 var(--accent);
    }
    /* Parts of one conversation: a line from sign to sign, through the border between the rows. */
    li {
        position: relative;
    }
    .joined-above .call::before,
    .joined-below .call::after {
        content: '';
        position: absolute;
        left: calc(0.9rem + 1.125rem - 1px);
        width: 2px;
        background: var(--accent);
        pointer-events: none;
    }
    .joined-above .call::before {
        top: -1px;
        height: calc(0.85rem + 1px);
    }
    .joined-below .call::after {
        top: 3.1rem;
        bottom: 0;
    }
    li.joined-above {
        border-top-color: transparent;
    }
    .part {
        color: var(--accent);
        font-weight: 500;
        white-space: nowrap;
    }
    .mark {
        grid-area: mark;
        align-self: start;
        display: grid;
        place-items: center;
        width: 2.25rem;
        height: 2.25rem;
        margin-top: 0.15rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
    }
    .out .mark {
        background: var(--called-lane);
        color: var(--called);
    }
    .call[aria-current='true'] .mark {
        background: var(--surface);
    }
    .mark .icon {
        width: 1.15rem;
        height: 1.15rem;
    }
    .who {
        grid-area: who;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        min-width: 0;
        overflow-wrap: anywhere;
    }
    .name {
        font-weight: 600;
    }
    .number,
    .time,
    .length,
    .line {
        font-variant-numeric: tabular-nums;
    }
    .number {
        color: var(--muted);
        font-size: 0.875rem;
        white-space: nowrap;
    }
    .time {
        grid-area: time;
        justify-self: end;
    }
    .line {
        grid-area: line;
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6rem;
    }
    .length {
        grid-area: length;
        justify-self: end;
    }
    .line,
    .length {
        color: var(--muted);
        font-size: 0.875rem;
    }
    .call .badge {
        grid-area: badge;
        justify-self: start;
        margin-top: 0.3rem;
    }
    .empty {
        display: grid;
        justify-items: center;
        gap: 0.25rem;
        padding: 2.5rem 1.5rem;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius);
        color: var(--muted);
        text-align: center;
    }
    .empty .icon {
        width: 2rem;
        height: 2rem;
        margin-bottom: 0.4rem;
    }
    .empty-title {
        color: var(--text);
        font-weight: 600;
    }
    .notice .button {
        margin-top: 0.6rem;
    }
    .more {
        width: 100%;
    }
    .end {
        text-align: center;
    }
    .waiting {
        display: grid;
        gap: 1px;
        border-radius: var(--radius);
        overflow: hidden;
    }
    .waiting div {
        height: 4.1rem;
        background: var(--surface);
        opacity: 0.7;
    }
`;function qe(i){return i.direction==="out"?{other:i.called,own:i.caller}:{other:i.caller,own:i.called}}function q(i){return i?.name?i.name:i?.number?ne(i.number):u("unknown_party")}function $e(i){return i?.name&&i.number?ne(i.number):""}function zt(i){return!!(i&&(i.name||i.number))}function Dn(i,t){return i.number&&t.number?i.number===t.number:i.name===t.name}function Ut(i,t){let e=t==="left"?i.caller:i.called,r=(i.legs??[]).filter(s=>s.channel===t),n=zt(e)?[e]:[];for(let{party:s}of r)zt(s)&&!n.some(o=>Dn(o,s))&&n.push(s);return n.length>0?n:[e]}function Se(i,t){let e=t.channel==="left"?i.caller:i.called;return q(zt(t.party)?t.party:e)}function dt(i){return u({in:"direction_in",out:"direction_out",internal:"direction_internal",unknown:"direction_unknown"}[i]??"direction_unknown")}function ct(i){let{own:t}=qe(i),e=t.number?ne(t.number):q(t);return u(i.direction==="out"?"from_number":"to_number",{number:e})}function ut(i){return j(Math.max(1,i)*1e3,"long")}var On=[["recording-damaged","problem_damaged"],["recording-key-gone","problem_key_gone"],["no-audio","note_failed"]];function se(i){if(!(i instanceof O))return u("problem_server");let t=On.find(([e])=>i.is(e));if(t)return u(t[1]);switch(i.status){case 0:return u("problem_network");case 401:return u("signed_out_idle");case 403:return u("problem_forbidden");case 404:case 410:return u("problem_not_found");case 409:return u("note_recording");case 429:return u("problem_wait",{seconds:ut(i.retry_after_s)});case 503:return u("problem_busy");default:return u(i.status<500?"problem_request":"problem_server")}}function ue(i){return i instanceof O&&i.status===401}function Nn(i){let t=[];for(let e of i){let r=new Date(e.started_at),n=be(r),s=t.at(-1);s?.key===n?s.calls.push(e):t.push({key:n,date:r,calls:[e]})}return t}function ri(i,t){return!!(i&&t&&i.conversation_id===t.conversation_id)}var K=class extends S{constructor(){super();this.filter=ze;this.selected="";this.recordings=[];this.next=null;this.busy=!1;this.settled=!1;this.problem=null;this.failed_cursor=null;this.aborter=new AbortController;new P(this)}disconnectedCallback(){super.disconnectedCallback(),this.aborter.abort()}willUpdate(e){e.has("filter")&&(this.recordings=[],this.settled=!1,this.fetch_page(null))}focus_row(e){this.renderRoot.querySelector(`a[data-id="${CSS.escape(e)}"]`)?.focus()}async fetch_page(e){this.aborter.abort(),this.aborter=new AbortController;let{signal:r}=this.aborter;this.busy=!0,this.problem=null;try{let n={...ei(this.filter),cursor:e??void 0},s=await Rr(n,r);this.recordings=e?[...this.recordings,...s.recordings]:s.recordings,this.next=s.next}catch(n){if(rt(n))return;this.problem=n,this.failed_cursor=e,ue(n)&&this.dispatchEvent(new Event("session-over"))}this.busy=!1,this.settled=!0}reload(){this.fetch_page(null)}retry(){this.failed_cursor?this.load_more():this.fetch_page(null)}async load_more(){let e=this.recordings.length;await this.fetch_page(this.next),await this.updateComplete;let r=this.recordings[e];r&&this.focus_row(r.id)}open(e,r){e.ctrlKey||e.metaKey||e.shiftKey||e.button!==0||(e.preventDefault(),this.dispatchEvent(new CustomEvent("open",{detail:r})))}render_part({conversation_part:e,conversation_size:r=1}){return r<2?f:h`<span class="part">${u("part_of",{part:e??"?",size:r})}</span>`}render_row(e,r){let{other:n}=qe(e),s=$e(n),o=e.state!=="recording";return h`<li class=${r}>
            <a
                class="call ${e.direction}"
                href=${ke({...this.filter,id:e.id})}
                data-id=${e.id}
                aria-current=${e.id===this.selected?"true":"false"}
                @click=${a=>this.open(a,e.id)}
            >
                <span class="mark">${ot(e.direction)}</span>
                <span class="who">
                    <span class="name">${q(n)}</span>
                    ${s?h`<span class="number">${s}</span>`:f}
                </span>
                <span class="time">${Wt(new Date(e.started_at))}</span>
                <span class="line"
                    ><span>${dt(e.direction)} ${ct(e)}</span>
                    ${this.render_part(e)}</span
                >
                <span class="length">
                    ${o&&e.state!=="failed"?h`<span class="visually-hidden">${u("duration")} </span
                                  >${U(e.duration_ms)}`:f}
                </span>
                ${e.state==="sealed"?f:h`<span class="badge ${e.state}"
                              >${u(`state_${e.state}`)}</span
                          >`}
            </a>
        </li>`}render_day(e){let r=n=>{let s=ri(e.calls[n-1],e.calls[n])?"joined-above":"",o=ri(e.calls[n],e.calls[n+1])?"joined-below":"";return`${s} ${o}`.trim()};return h`<section aria-labelledby="day-${e.key}">
            <h2 id="day-${e.key}">${Hr(e.date)}</h2>
            <ul>
                ${e.calls.map((n,s)=>this.render_row(n,r(s)))}
            </ul>
        </section>`}render_empty(){let e=Be(this.filter);return h`<div class="empty">
            ${lt()}
            <p class="empty-title">${u(e?"empty_filter_title":"empty_title")}</p>
            <p>${u(e?"empty_filter_text":"empty_text")}</p>
        </div>`}render_problem(){return h`<div class="notice problem" role="alert">
            ${B()}
            <div>
                <p>${se(this.problem)}</p>
                <button class="button" @click=${this.retry}>${u("try_again")}</button>
            </div>
        </div>`}render_end(){return this.problem&&this.failed_cursor?this.render_problem():this.next?h`<button
            class="button more"
            aria-disabled=${this.busy?"true":"false"}
            @click=${()=>!this.busy&&this.load_more()}
        >
            ${u(this.busy?"loading":"load_more")}
        </button>`:h`<p class="hint end">${u("shown_all")}</p>`}render_calls(){if(!this.settled&&this.recordings.length===0)return h`<div class="waiting" aria-hidden="true">
                ${[1,2,3,4].map(()=>h`<div></div>`)}
            </div>`;if(this.recordings.length===0)return this.problem?f:this.render_empty();let e=Nn(this.recordings);return h`${e.map(r=>this.render_day(r))} ${this.render_end()}`}count_text(){if(!this.settled||this.problem)return this.problem?"":u("loading");let e=this.recordings.length;return e===1?u("shown_one"):u("shown_many",{count:I(e)})}render(){return h`
            <div class="bar">
                <p class="hint" role="status">${this.count_text()}</p>
                <button
                    class="button quiet"
                    aria-disabled=${this.busy?"true":"false"}
                    @click=${()=>!this.busy&&this.reload()}
                >
                    ${Qr()}${u("reload")}
                </button>
            </div>
            ${this.problem&&!this.failed_cursor?this.render_problem():f}
            ${this.render_calls()}
        `}};K.styles=[A,ti],m([x({attribute:!1})],K.prototype,"filter",2),m([x({attribute:!1})],K.prototype,"selected",2),m([v()],K.prototype,"recordings",2),m([v()],K.prototype,"next",2),m([v()],K.prototype,"busy",2),m([v()],K.prototype,"settled",2),m([v()],K.prototype,"problem",2),m([v()],K.prototype,"failed_cursor",2),K=m([R("recorder-list")],K);var oe=class extends S{constructor(){super();this.parts=[];this.current="";new P(this)}updated(e){if((e.has("parts")||e.has("current"))&&this.list&&this.shown){let r=this.shown.offsetTop+this.shown.offsetHeight/2;this.list.scrollTop=r-this.list.clientHeight/2}}open(e,r){e.ctrlKey||e.metaKey||e.shiftKey||e.button!==0||(e.preventDefault(),this.dispatchEvent(new CustomEvent("open",{detail:r})))}render_words(e){let r=this.parts.find(s=>s.id===this.current)??e,n=new Date(e.started_at);return h`<span class="time">${st(n,new Date(r.started_at))}</span>
            <span class="who"
                ><span class="name">${q(e.caller)}</span>
                <span aria-hidden="true">→</span
                ><span class="visually-hidden">${u("party_to")}</span>
                <span class="name">${q(e.called)}</span></span
            >
            <span class="length"
                ><span class="visually-hidden">${u("duration")} </span
                >${e.ended_at?U(e.duration_ms):"–"}</span
            >
            <span class="badge ${e.state}">${u(`state_${e.state}`)}</span>
            ${e.linked_by==="number"?h`<span class="presumed">${u("part_presumed")}</span>`:f}`}render_part(e){return e.id===this.current?h`<li>
                <div class="part" aria-current="true">
                    ${this.render_words(e)}
                    <span class="visually-hidden">${u("part_shown")}</span>
                </div>
            </li>`:h`<li>
            <a
                class="part"
                href=${ke({...Ue(),id:e.id})}
                data-id=${e.id}
                @click=${r=>this.open(r,e.id)}
                >${this.render_words(e)}</a
            >
        </li>`}lead(){let e=I(this.parts.length);if(this.parts.some(n=>n.state==="recording"))return u("conversation_going_on",{count:e});let r=this.parts.reduce((n,s)=>n+s.duration_ms,0);return u("conversation_lead",{count:e,length:j(r)})}render(){return h`<div class="head">
                <h3 id="title">${u("conversation_title")}</h3>
                <p class="hint">${this.lead()}</p>
            </div>
            <nav aria-labelledby="title">
                <ol>
                    ${this.parts.map(e=>this.render_part(e))}
                </ol>
            </nav>`}};oe.styles=[A,E`
            :host {
                display: grid;
                gap: 0.5rem;
                container-type: inline-size;
            }
            .head {
                display: flex;
                flex-wrap: wrap;
                align-items: baseline;
                gap: 0 0.75rem;
            }
            h3 {
                font-size: 1rem;
            }
            ol {
                position: relative;
                max-height: 18rem;
                overflow: auto;
                border: 1px solid var(--line);
                border-radius: 8px;
                background: var(--sunken);
            }
            .part {
                position: relative;
                display: grid;
                grid-template-columns: auto minmax(0, 1fr) auto auto;
                align-items: baseline;
                gap: 0.1rem 0.9rem;
                padding: 0.5rem 0.9rem 0.5rem 2.2rem;
                color: inherit;
                font-size: 0.9375rem;
                text-decoration: none;
            }
            a.part:hover {
                background: var(--accent-soft);
            }
            .part:focus-visible {
                outline-offset: -3px;
                border-radius: 8px;
            }
            [aria-current='true'] {
                background: var(--accent-soft);
            }
            /* One line through all parts, with a dot for each; that of the one shown is full. */
            .part::before {
                content: '';
                position: absolute;
                inset: 0 auto 0 1.1rem;
                width: 2px;
                background: var(--line-strong);
            }
            li:first-child .part::before {
                top: 1.1rem;
            }
            li:last-child .part::before {
                bottom: calc(100% - 1.1rem);
            }
            .part::after {
                content: '';
                position: absolute;
                top: 0.85rem;
                left: calc(1.1rem - 4px);
                width: 6px;
                height: 6px;
                border: 2px solid var(--accent);
                border-radius: 50%;
                background: var(--surface);
            }
            [aria-current='true']::after {
                background: var(--accent);
            }
            .time,
            .length {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
                white-space: nowrap;
            }
            .who {
                overflow-wrap: anywhere;
            }
            .name {
                font-weight: 500;
            }
            [aria-current='true'] .name {
                font-weight: 650;
            }
            [aria-current='true'] .badge,
            a.part:hover .badge {
                background: var(--surface);
            }
            .length {
                justify-self: end;
            }
            .presumed {
                grid-column: 2 / -1;
                color: var(--muted);
                font-size: 0.875rem;
            }
            .badge {
                min-width: 6.2rem;
            }
            .badge.sealed {
                background: none;
                font-weight: 400;
            }
            [aria-current='true'] .badge.sealed {
                background: none;
            }
            @container (max-width: 35rem) {
                .part {
                    grid-template-areas: 'time length badge' 'who who who' 'why why why';
                    grid-template-columns: auto auto 1fr;
                }
                .time {
                    grid-area: time;
                }
                .length {
                    grid-area: length;
                }
                .who {
                    grid-area: who;
                }
                .presumed {
                    grid-area: why;
                }
                .badge {
                    grid-area: badge;
                    justify-self: end;
                    min-width: 0;
                }
            }
        `],m([x({attribute:!1})],oe.prototype,"parts",2),m([x({attribute:!1})],oe.prototype,"current",2),m([T("ol")],oe.prototype,"list",2),m([T("[aria-current=true]")],oe.prototype,"shown",2),oe=m([R("recorder-conversation")],oe);var jn={party_joined:k`<path d="M8 3.5v9M3.5 8h9" />`,party_left:k`<path d="M3.5 8h9" />`,codec_change:k`<path d="M3 6h9.5L10 3.5M13 10H3.5L6 12.5" />`,ssrc_change:k`<circle cx="8" cy="8" r="2" fill="currentColor" />
        <path d="M3.6 12.4a6.2 6.2 0 0 1 0-8.8M12.4 3.6a6.2 6.2 0 0 1 0 8.8" />`,stream_change:k`<path d="M3 4.5h4l3 7h3M11 9.5l2 2-2 2" />`,stream_refused:k`<circle cx="8" cy="8" r="5" /><path d="M4.5 11.5 11.5 4.5" />`,clock_corrected:k`<circle cx="8" cy="8" r="5.2" /><path d="M8 4.8V8l2.4 1.6" />`,dtmf:k`<path d="M4 4h.1M8 4h.1M12 4h.1M4 8h.1M8 8h.1M12 8h.1M4 12h.1M8 12h.1M12 12h.1"
        stroke-width="2.4" />`,quality:k`<path d="M3.5 13V9.5M8 13V6.5M12.5 13V3" stroke-width="2.4" />`,deviation:k`<path d="M8 3 14 13H2z" />`,documents_dropped:k`<path d="M4 2.5h5.5L12 5v8.5H4zM2 15 14 2" />`,notes_dropped:k`<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2.6" />`,other:k`<path d="M8 3.5 12.5 8 8 12.5 3.5 8z" />`};function ht(i){return h`<svg
        class="sign sign-${i}"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
        focusable="false"
    >
        ${jn[i]}
    </svg>`}var Bt=["silent","held","paused","masked","concealed","overlaid","late","lost","undecodable","unwritten"],ii={quiet:["silent"],withheld:["held","paused","masked"],concealed:["concealed"],lost:["overlaid","late","lost","unwritten"],undecodable:["undecodable"],other:["other"]},ni=["party_joined","party_left"],Wn=["codec_change","ssrc_change","stream_change","stream_refused","clock_corrected","dtmf","deviation","quality","documents_dropped","notes_dropped"];function ye(i){return Bt.find(t=>t===i.cause)??"other"}function he(i){return[...ni,...Wn].find(t=>t===i.cause)??"other"}function Ee(i){return ni.some(t=>t===i.cause)?"people":he(i)!=="other"?"technical":ye(i)!=="other"||i.end_ms>i.start_ms?"stretch":"technical"}function si(i){let t={stretch:[],people:[],technical:[]};for(let e of i)t[Ee(e)].push(e);return t}function qt(i){let t=ye(i);return t==="other"?u("cause_other",{cause:i.cause}):u(`cause_${t}`)}function Kt(i,t){let e=i.leg===null?void 0:t[i.leg];return e?[e.channel]:["left","right"]}function Ke(i){return i==="other"?Bt.length:Bt.indexOf(i)}function Fn(i){let t=new Map;for(let e of i){let r=qt(e),n=t.get(r)??{cause:ye(e),name:r,times:0,duration_ms:0};n.times+=1,n.duration_ms+=e.end_ms-e.start_ms,t.set(r,n)}return[...t.values()].sort((e,r)=>Ke(e.cause)-Ke(r.cause))}function oi(i){let t=Fn(i);return Object.keys(ii).map(e=>{let r=ii[e];return{group:e,totals:t.filter(({cause:n})=>r.includes(n))}}).filter(e=>e.totals.length>0)}function pt(i){return/^(.*\S)\s*<([^<>]*)>$/.exec(i.detail)?.[1]??i.detail}function ai(i,t){let e=he(i);if(e==="other")return u("cause_other",{cause:i.cause});let r=`event_${e}`;return u(r,{who:t||u("event_somebody")})}var li=12,di=200,J=class extends S{constructor(){super();this.people=[];this.technical=[];this.people_rows=li;this.technical_rows=li;new P(this)}jump(e){this.dispatchEvent(new CustomEvent("jump",{detail:e.start_ms/1e3}))}render_more(e){if(Ee(e)==="people"){let s=/<([^<>]+)>$/.exec(e.detail)?.[1];return s?h`<span class="more">${ne(s)}</span>`:f}let r=e.leg===null?void 0:this.recording.legs?.[e.leg],n=e.count>0?` × ${I(e.count)}`:"";return h`<span class="more"
            >${r?`${Se(this.recording,r)} · `:f}<span lang="en"
                >${e.detail.replace(" -> "," → ")}</span
            >${n}</span
        >`}render_event(e){let r=U(e.start_ms),n=ne(pt(e));return h`<li>
            <button
                class="jump"
                aria-label=${u("fact_jump",{time:r})}
                @click=${()=>this.jump(e)}
            >
                ${r}
            </button>
            ${ht(he(e))}
            <span class="what">${ai(e,n)} ${this.render_more(e)}</span>
        </li>`}render_list(e,r,n){let s=e.slice(0,r);return h`<ul>
                ${s.map(o=>this.render_event(o))}
            </ul>
            ${s.length<e.length?h`<button class="button quiet" @click=${n}>
                          ${u("facts_more",{count:I(e.length)})}
                      </button>`:f}`}render_people(){if(this.people.length===0)return f;let e=()=>this.people_rows+=di;return h`<section class="people">
            <h3>${u("events_title")}</h3>
            ${this.render_list(this.people,this.people_rows,e)}
        </section>`}render_technical(){if(this.technical.length===0)return f;let e=I(this.technical.length),r=()=>this.technical_rows+=di;return h`<details class="technical">
            <summary>${u("events_technical",{count:e})}</summary>
            ${this.render_list(this.technical,this.technical_rows,r)}
        </details>`}render(){return h`${this.render_people()} ${this.render_technical()}`}};J.styles=[A,E`
            :host {
                display: grid;
                grid-template-columns: minmax(0, 1fr);
                gap: 0.6rem;
            }
            section {
                display: grid;
                gap: 0.5rem;
            }
            h3 {
                font-size: 1rem;
            }
            ul {
                display: grid;
                gap: 0.35rem;
                font-size: 0.9375rem;
            }
            details ul {
                margin-top: 0.4rem;
                font-size: 0.875rem;
            }
            li {
                display: flex;
                align-items: baseline;
                gap: 0.5rem;
            }
            .sign {
                flex: none;
                align-self: center;
            }
            .what {
                min-width: 0;
                overflow-wrap: anywhere;
            }
            .more {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
            }
        `],m([x({attribute:!1})],J.prototype,"recording",2),m([x({attribute:!1})],J.prototype,"people",2),m([x({attribute:!1})],J.prototype,"technical",2),m([v()],J.prototype,"people_rows",2),m([v()],J.prototype,"technical_rows",2),J=m([R("recorder-events")],J);var mt=E`
    .cause {
        box-sizing: border-box;
        border-radius: 2px;
    }
    .cause-lost {
        background: repeating-linear-gradient(
            45deg,
            var(--fact-lost) 0 2.5px,
            transparent 2.5px 7px
        );
        border: 1.5px solid var(--fact-lost);
    }
    .cause-late {
        background: radial-gradient(circle, var(--fact-late) 1.6px, transparent 2.1px);
        background-size: 6px 6px;
        border: 1.5px dotted var(--fact-late);
    }
    .cause-silent {
        background: repeating-linear-gradient(0deg, var(--fact-silent) 0 1px, transparent 1px 8px);
        border: 1px solid var(--fact-silent);
    }
    .cause-held {
        background: repeating-linear-gradient(
            90deg,
            var(--fact-held) 0 1.5px,
            transparent 1.5px 7px
        );
        border: 1.5px solid var(--fact-held);
    }
    .cause-paused {
        background:
            repeating-linear-gradient(45deg, var(--fact-paused) 0 1.2px, transparent 1.2px 7px),
            repeating-linear-gradient(-45deg, var(--fact-paused) 0 1.2px, transparent 1.2px 7px);
        border: 1.5px solid var(--fact-paused);
    }
    .cause-masked {
        background: repeating-conic-gradient(var(--fact-masked) 0 25%, transparent 0 50%) 0 0 / 7px
            7px;
        border: 1.5px solid var(--fact-masked);
    }
    .cause-unwritten {
        background:
            repeating-linear-gradient(0deg, var(--fact-lost) 0 1.2px, transparent 1.2px 6px),
            repeating-linear-gradient(90deg, var(--fact-lost) 0 1.2px, transparent 1.2px 6px);
        border: 2px dashed var(--fact-lost);
    }
    .cause-undecodable {
        background: radial-gradient(
                circle,
                transparent 2px,
                var(--fact-undecodable) 2.4px 3.4px,
                transparent 3.8px
            )
            0 0 / 9px 9px;
        border: 1.5px solid var(--fact-undecodable);
    }
    .cause-concealed {
        background: linear-gradient(0deg, var(--fact-concealed-soft) 0 50%, transparent 50%);
        border: 1.5px solid var(--fact-concealed);
        border-bottom-width: 4px;
    }
    .cause-overlaid {
        background: repeating-linear-gradient(
            -45deg,
            var(--fact-late) 0 6px,
            transparent 6px 12px
        );
        border: 1.5px solid var(--fact-late);
    }
    .cause-other {
        border: 1.5px dashed var(--fact-other);
        background: radial-gradient(circle, var(--fact-other) 1px, transparent 1.5px) 0 0 / 9px 9px;
    }
`;var In=50,Hn=500,ae=class extends S{constructor(){super();this.facts=[];this.failed=!1;this.rows=In;new P(this)}side_text(e){let r=e.leg===null?void 0:this.recording.legs?.[e.leg];return r?Se(this.recording,r):u("fact_both")}length_text(e){let r=e.end_ms-e.start_ms,n=[];return r>0&&n.push(j(r)),e.count>0&&n.push(qr(e.count)),n.join(" · ")||"–"}jump(e){this.dispatchEvent(new CustomEvent("jump",{detail:e.start_ms/1e3}))}render_total(e){let r=[];return(e.times>1||e.duration_ms===0)&&r.push(`${I(e.times)} ×`),e.duration_ms>0&&r.push(j(e.duration_ms)),h`<li>
            <span class="cause swatch cause-${e.cause}"></span>
            <span>${e.name}</span>
            <span class="amount">${r.join(" · ")}</span>
        </li>`}render_legend(){return h`<div class="legend">
            ${oi(this.facts).map(({group:e,totals:r})=>h`<section class="group-${e}">
                        <h4>${u(`group_${e}`)}</h4>
                        <ul>
                            ${r.map(n=>this.render_total(n))}
                        </ul>
                    </section>`)}
        </div>`}render_row(e){let r=U(e.start_ms);return h`<tr>
            <td>
                <button
                    class="jump"
                    aria-label=${u("fact_jump",{time:r})}
                    @click=${()=>this.jump(e)}
                >
                    ${r}
                </button>
            </td>
            <td>
                <span class="what"
                    ><span class="cause swatch small cause-${ye(e)}"></span
                    >${qt(e)}</span
                >
            </td>
            <td>${this.side_text(e)}</td>
            <td>${this.length_text(e)}</td>
        </tr>`}render_list(){let e=this.facts.slice(0,this.rows);return h`<details>
            <summary>${u("facts_list")}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=${u("facts_list")}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">${u("fact_time")}</th>
                            <th scope="col">${u("fact_kind")}</th>
                            <th scope="col">${u("fact_side")}</th>
                            <th scope="col">${u("fact_length")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        ${e.map(r=>this.render_row(r))}
                    </tbody>
                </table>
            </div>
            ${e.length<this.facts.length?h`<button class="button quiet" @click=${()=>this.rows+=Hn}>
                          ${u("facts_more",{count:I(this.facts.length)})}
                      </button>`:f}
        </details>`}render_none(){let e=this.recording.state==="recovered",r=this.failed?"facts_failed":e?"facts_unknown":"facts_none";return h`<p class="hint">${u(r)}</p>`}render(){return h`<h3>${u("facts_title")}</h3>
            ${this.facts.length===0?this.render_none():h`${this.render_legend()} ${this.render_list()}`}`}};ae.styles=[A,mt,E`
            :host {
                display: grid;
                grid-template-columns: minmax(0, 1fr);
                gap: 0.6rem;
            }
            h3 {
                font-size: 1rem;
            }
            .legend {
                display: flex;
                flex-wrap: wrap;
                gap: 0.8rem 2.2rem;
                font-size: 0.9375rem;
            }
            .legend h4 {
                margin: 0 0 0.25rem;
                color: var(--muted);
                font-size: 0.8125rem;
                font-weight: 600;
            }
            .legend ul {
                display: grid;
                gap: 0.35rem;
            }
            .legend li {
                display: flex;
                flex-wrap: wrap;
                align-items: center;
                gap: 0 0.5rem;
            }
            .swatch {
                flex: none;
                display: inline-block;
                width: 2rem;
                height: 1.25rem;
            }
            .swatch.small {
                width: 1.4rem;
                height: 0.9rem;
            }
            .amount {
                color: var(--muted);
                font-variant-numeric: tabular-nums;
            }
            .scroll {
                max-height: 22rem;
                margin-top: 0.4rem;
                overflow: auto;
                border: 1px solid var(--line);
                border-radius: 8px;
            }
            table {
                width: 100%;
                border-collapse: collapse;
                font-size: 0.875rem;
                font-variant-numeric: tabular-nums;
            }
            th,
            td {
                padding: 0.3rem 0.7rem;
                text-align: left;
            }
            th {
                position: sticky;
                top: 0;
                background: var(--sunken);
                color: var(--muted);
                font-weight: 600;
            }
            td:last-child {
                white-space: nowrap;
            }
            tbody tr {
                border-top: 1px solid var(--line);
            }
            .what {
                display: inline-flex;
                align-items: center;
                gap: 0.5rem;
            }
        `],m([x({attribute:!1})],ae.prototype,"recording",2),m([x({attribute:!1})],ae.prototype,"facts",2),m([x({type:Boolean})],ae.prototype,"failed",2),m([v()],ae.prototype,"rows",2),ae=m([R("recorder-facts")],ae);var Gt=24,zn=7.5,Un=26,ci=2,Bn=3,qn=.001,Kn=.006,Gn=.008;function Vt(i){return Math.min(1,Math.max(0,i))}function ui(i){return[...i].sort((t,e)=>t.start_ms-e.start_ms)}function hi(i,t,e){let r=[],n=new Map;if(e<=0)return r;for(let s of ui(i.filter(o=>Ee(o)==="stretch"))){let o=Vt(s.start_ms/e),a=Vt(s.end_ms/e),l=a-o<Kn,d=ye(s);for(let c of Kt(s,t)){let p=`${c} ${d} ${l}`,g=n.get(p);if(g&&o-(g.start+g.length)<qn){g.length=Math.max(g.length,a-g.start);continue}let b={lane:c,cause:d,start:o,length:a-o,mark:l};n.set(p,b),r.push(b)}}return r.sort((s,o)=>Ke(s.cause)-Ke(o.cause))}function Vn(i){switch(he(i)){case"party_joined":case"party_left":return ne(pt(i));case"codec_change":return i.detail.replace(" -> "," → ");case"dtmf":case"clock_corrected":return i.detail;default:return""}}function pi(i,t,e){let r=[],n=new Map;if(e<=0)return r;let s=i.filter(o=>Ee(o)!=="stretch"&&he(o)!=="quality");for(let o of ui(s)){let a=Vt(o.start_ms/e),[l,d]=Kt(o,t),c=d?"both":l??"both",p=he(o),g=n.get(`${c} ${p}`);if(g&&a-g.at<Gn){g.label="";continue}let b={lane:c,sign:p,at:a,label:Vn(o)};n.set(`${c} ${p}`,b),r.push(b)}return r}function Xn(i,t,e,r){let n=i.label.length,s=[Gt];n>0&&n<=Un&&s.unshift(Gt+n*zn);for(let o of s){let a=Math.max(0,Math.min(i.at*r,r-o)),l=d=>!t.some((c,p)=>c.row===d&&c.left_px<a+o+ci&&a<(e[p]??0)+ci);for(let d=0;d<Bn;d++)if(l(d))return e.push(a+o),{moment:i,row:d,left_px:a,words:o>Gt}}return null}function mi(i,t){let e=({sign:a})=>a==="party_joined"||a==="party_left",r=i.filter(e),n=i.filter(a=>!e(a)),s=[],o=[];if(t<=0)return s;for(let a of[...r,...n]){let l=Xn(a,s,o,t);l&&s.push(l)}return s}var fi=E`
    :host {
        display: grid;
        grid-template-areas: 'caller' 'board' 'flags' 'ruler' 'called';
        grid-template-columns: minmax(0, 1fr);
        gap: 0.4rem 1rem;
        container-type: inline-size;
    }
    .parties,
    .party {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        min-width: 0;
    }
    .parties {
        column-gap: 1.1rem;
        padding-left: 0.7rem;
        border-left: 4px solid var(--caller);
        font-size: 0.9375rem;
        overflow-wrap: anywhere;
    }
    .parties.caller {
        grid-area: caller;
    }
    .parties.called {
        grid-area: called;
        border-color: var(--called);
    }
    .role {
        color: var(--caller);
        font-size: 0.8125rem;
        font-weight: 600;
    }
    .called .role {
        color: var(--called);
    }
    .name {
        font-weight: 600;
    }
    .number {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
    }
    .board {
        grid-area: board;
        position: relative;
        height: 168px;
        border-radius: 8px;
        cursor: pointer;
        touch-action: pan-y;
    }
    .lane {
        position: absolute;
        inset: 0 0 50% 0;
        border-radius: 8px 8px 0 0;
        background: var(--caller-lane);
    }
    .lane.right {
        inset: 50% 0 0 0;
        border-radius: 0 0 8px 8px;
        border-top: 2px solid var(--surface);
        background: var(--called-lane);
    }
    .facts {
        position: absolute;
        inset: 0;
        overflow: hidden;
        border-radius: 8px;
        pointer-events: none;
    }
    .facts .cause {
        position: absolute;
        min-width: 4px;
        top: 5px;
        height: 74px;
    }
    .facts .right {
        top: 90px;
    }
    .facts .mark {
        top: 70px;
        height: 12px;
    }
    .facts .mark.right {
        top: 154px;
    }
    .note {
        position: absolute;
        inset: 50% 1rem auto;
        z-index: 1;
        width: fit-content;
        margin-inline: auto;
        padding: 0.35rem 0.9rem;
        translate: 0 -50%;
        border-radius: 8px;
        background: var(--surface);
        color: var(--muted);
        font-size: 0.875rem;
        text-align: center;
        pointer-events: none;
    }
    .wave {
        position: relative;
    }
    .moments {
        position: absolute;
        inset: 0;
        overflow: hidden;
        border-radius: 8px;
        pointer-events: none;
    }
    .moment {
        position: absolute;
        top: 0;
        height: 83px;
        border-left: 1.5px dashed var(--text);
    }
    .moment.right {
        top: 85px;
    }
    .moment.both {
        height: 168px;
    }
    .flags {
        grid-area: flags;
        position: relative;
    }
    .flag {
        position: absolute;
        display: flex;
        align-items: center;
        gap: 0.2rem;
        height: 1.35rem;
        padding-inline: 0.2rem;
        border-left: 2px solid var(--muted);
        border-radius: 0 4px 4px 0;
        background: var(--sunken);
        font-size: 0.75rem;
        line-height: 1;
        white-space: nowrap;
    }
    .flag.left {
        border-color: var(--caller);
        background: var(--caller-lane);
    }
    .flag.right {
        border-color: var(--called);
        background: var(--called-lane);
    }
    .sign {
        flex: none;
    }
    .ruler {
        grid-area: ruler;
        position: relative;
        height: 1.3rem;
        overflow: hidden;
        color: var(--muted);
        font-size: 0.75rem;
        font-variant-numeric: tabular-nums;
    }
    .tick {
        position: absolute;
        padding-left: 0.25rem;
        border-left: 1px solid var(--line-strong);
        line-height: 1.2;
    }
`;function Yn(i,t,e){let r=2**(i.bits-1),n=(t*i.channels+e)*2,s=Math.abs(i.data[n]??0),o=Math.abs(i.data[n+1]??0);return Math.min(1,Math.max(s,o)/r)}function gi(i,t,e,r){let n=new Array(r).fill(0);if(t>=i.channels)return n;for(let s=0;s<Math.min(e,i.length);s++){let o=Math.floor(s*r/e);n[o]=Math.max(n[o]??0,Yn(i,s,t))}return n}function vi(i,t){if(!i||i.length<1||t<=0)return[[0,0],[0,0]];let e=i.sample_rate/i.samples_per_pixel,r=Math.max(1,Math.round(t/1e3*e)),n=Math.min(r,2400);return[gi(i,0,r,n),gi(i,1,r,n)]}function Xt(i){let t=e=>e.reduce((r,n)=>Math.max(r,n),0);return Math.max(.2,t(i[0]),t(i[1]))}var Qt={};sn(Qt,{createElement:()=>bi,default:()=>Qn,isHTMLElement:()=>Yt});function _i(i,t){let e=t.xmlns?document.createElementNS(t.xmlns,i):document.createElement(i);for(let[r,n]of Object.entries(t))if(r==="children"&&n)for(let[s,o]of Object.entries(n))o instanceof Node?e.appendChild(o):typeof o=="string"?e.appendChild(document.createTextNode(o)):e.appendChild(_i(s,o));else r==="style"?Object.assign(e.style,n):r==="textContent"?e.textContent=n:e.setAttribute(r,n.toString());return e}function bi(i,t,e){let r=_i(i,t||{});return e?.appendChild(r),r}function Yt(i){if(i instanceof HTMLElement)return!0;if(typeof i!="object"||i===null)return!1;let t=i;return t.nodeType===Node.ELEMENT_NODE&&typeof t.nodeName=="string"&&t.namespaceURI==="http://www.w3.org/1999/xhtml"&&typeof t.style=="object"&&t.style!==null&&typeof t.appendChild=="function"}var Qn=bi;function yi(i){return Number.isNaN(i)||i<0?0:i>1?1:i}function wi(i,t){let e=i.barWidth?i.barWidth*t:1,r=i.barGap?i.barGap*t:i.barWidth?e/2:0;return{barWidth:e,barGap:r}}function xi({width:i,height:t,length:e,options:r,pixelRatio:n}){let s=t/2,{barWidth:o,barGap:a}=wi(r,n),l=r.barRadius||0,d=r.barMinHeight?r.barMinHeight*n:0,c=o+a||1,p=e>0?i/c/e:0;return{halfHeight:s,barWidth:o,barGap:a,barRadius:l,barMinHeight:d,barIndexScale:p,barSpacing:c}}function Zn({maxTop:i,maxBottom:t,halfHeight:e,vScale:r,barMinHeight:n=0,barAlign:s}){let o=Math.round(i*e*r),a=Math.round(t*e*r),l=o+a||1;return l<n&&(l=n,s||(o=l/2)),{topHeight:o,totalHeight:l}}function Jn({barAlign:i,halfHeight:t,topHeight:e,totalHeight:r,canvasHeight:n}){return i==="top"?0:i==="bottom"?n-r:t-e}function ki({channelData:i,barIndexScale:t,barSpacing:e,barWidth:r,halfHeight:n,vScale:s,canvasHeight:o,barAlign:a,barMinHeight:l}){let d=i[0]||[],c=i[1]||d,p=d.length,g=[],b=0,y=0,w=0;for(let C=0;C<=p;C++){let D=Math.round(C*t);if(D>b){let{topHeight:ee,totalHeight:X}=Zn({maxTop:y,maxBottom:w,halfHeight:n,vScale:s,barMinHeight:l,barAlign:a}),te=Jn({barAlign:a,halfHeight:n,topHeight:ee,totalHeight:X,canvasHeight:o});g.push({x:b*e,y:te,width:r,height:X}),b=D,y=0,w=0}let F=Math.abs(d[C]||0),V=Math.abs(c[C]||0);F>y&&(y=F),V>w&&(w=V)}return g}function Zt(i,t,e){let r=i.width>0?(t-i.left)/i.width:0,n=i.height>0?(e-i.top)/i.height:0;return[r,n]}function $i({optionsHeight:i,optionsSplitChannels:t,parentHeight:e,numberOfChannels:r,defaultHeight:n=128}){if(i==null)return n;let s=Number(i);if(!isNaN(s))return s;if(i==="auto"){let o=e||n;return t?.every(a=>!a.overlay)?o/r:o}return n}function Si(i){return Math.max(1,i||1)}function Jt(i){return!!(i.barWidth||i.barGap||i.barAlign)}var Ce=null;function Ei(i,t,e){if(!Array.isArray(i))return i||"";if(i.length===0)return"#999";if(i.length<2)return i[0]||"";Ce??(Ce=document.createElement("canvas"));let r=Ce.getContext("2d");if(!r)return i[0]||"";let n=e||Ce.height*t,s=r.createLinearGradient(0,0,0,n),o=1/(i.length-1);return i.forEach((a,l)=>{s.addColorStop(l*o,a)}),s}function Ci({duration:i,minPxPerSec:t=0,parentWidth:e,fillParent:r,pixelRatio:n}){let s=Math.ceil(i*t),o=s>e,a=!!(r&&!o),l=(a?e:s)*n;return{scrollWidth:s,isScrollable:o,useParentWidth:a,width:l}}function Pi(i,t){if(!Jt(t))return i;let{barWidth:e,barGap:r}=wi(t,1),n=e+r;return n===0?i:Math.floor(i/n)*n}function es({clientWidth:i,totalWidth:t,options:e}){let r=Math.min(8e3,i,t);return Pi(r,e)}function Mi({totalWidth:i,clientWidth:t,options:e}){let r=es({clientWidth:t,totalWidth:i,options:e});if(r===0)return{singleCanvasWidth:0,numCanvases:0,slots:[]};let n=Math.ceil(i/r),s=[];for(let o=0;o<n;o++){let a=o*r,l=Pi(Math.min(i-a,r),e);l>0&&s.push({index:o,offset:a,width:l})}return{singleCanvasWidth:r,numCanvases:n,slots:s}}function Ri({channelData:i,offset:t,clampedWidth:e,totalWidth:r}){return i.map(n=>{let s=Math.floor(t/r*n.length),o=Math.floor((t+e)/r*n.length);return n.slice(s,o)})}function Ai(i){return i>10}function er({scrollLeft:i,clientWidth:t,singleCanvasWidth:e,numCanvases:r}){if(e<=0||r<=0)return[0];let n=Math.min(r-1,Math.floor(i/e)),s=Math.min(r-1,Math.floor((i+t)/e)),o=[];for(let a=n-1;a<=s+1;a++)o.push(a);return o}function Ti(i){var t;let e=0;for(let r of i)for(let n=0;n<r.length;n++){let s=Math.abs((t=r[n])!==null&&t!==void 0?t:0);s>e&&(e=s)}return e}function Li({channelData:i,barHeight:t,normalize:e,maxPeak:r}){var n;let s=t||1;if(!e)return s;let o=i[0];if(!o||o.length===0)return s;let a=r??0;if(!r)for(let l=0;l<o.length;l++){let d=(n=o[l])!==null&&n!==void 0?n:0,c=Math.abs(d);c>a&&(a=c)}return a?s/a:s}function Di({channelData:i,width:t,height:e,vScale:r}){let n=e/2,s=i[0]||[],o=i[1]||s;return[s,o].map((l,d)=>{let c=l.length,p=c?t/c:0,g=n,b=d===0?-1:1,y=[{x:0,y:g}],w=0,C=0;for(let D=0;D<=c;D++){let F=Math.round(D*p);if(F>w){let ee=Math.round(C*n*r)||1,X=g+ee*b;y.push({x:w,y:X}),w=F,C=0}let V=Math.abs(l[D]||0);V>C&&(C=V)}return y.push({x:w,y:g}),y})}function Oi(i){return Math.sign(i)*Math.round(Math.abs(i))}var le=null,rs=0,is=[],Ni=new Set;function ns(i){Ni.has(i)||(Ni.add(i),is.push(i))}function _(i){let t=i,e=new Set,r=!1,n=!1,s=()=>{if(r){n=!0;return}r=!0;try{do{n=!1;let a=[...e],l=t;for(let d of a){try{d(l)}catch(c){console.error("Signal subscriber error:",c)}if(!Object.is(t,l)){n=!0;break}}}while(n)}finally{r=!1}},o={get value(){return le?.add(o),t},set(a){Object.is(t,a)||(t=a,rs>0?ns(s):s())},update(a){this.set(a(t))},subscribe(a){return e.add(a),()=>e.delete(a)}};return o}function ji(i){let t=le,e=new Set;le=e;try{return[i(),e]}finally{le=t}}function Q(i,t){let e=_(void 0),r=[],n=!1,s=new Set,o=()=>{if(!n)if(t)e.set(i());else{r.forEach(p=>p());let[d,c]=ji(i);r=[...c].map(p=>p.subscribe(o)),e.set(d)}};t?(r=t.map(d=>d.subscribe(o)),e.set(i())):o();let a=()=>{n=!0,r.forEach(d=>d()),r=[],s.forEach(d=>d()),s.clear()},l={get value(){return le?.add(l),e.value},subscribe:d=>{let c=e.subscribe(d);return s.add(c),()=>{s.delete(c),c()}},dispose:a};return Object.defineProperty(l,"_cleanup",{value:a,enumerable:!1}),Object.defineProperty(l,"_subscriberCount",{value:()=>s.size,enumerable:!1}),l}function Ge(i,t){let e,r=[],n=!1,s=()=>{if(!n){if(e){try{e()}catch(o){console.error("Effect cleanup error:",o)}e=void 0}if(t)e=i();else{r.forEach(l=>l());let[o,a]=ji(i);r=[...a].map(l=>l.subscribe(s)),e=o}}};return t&&(r=t.map(o=>o.subscribe(s))),s(),()=>{if(n=!0,e){try{e()}catch(o){console.error("Effect cleanup error:",o)}e=void 0}r.forEach(o=>o()),r=[]}}function Wi(i,t={}){let{threshold:e=3,mouseButton:r=0,touchDelay:n=100}=t,s=_(null),o=new Map,a=matchMedia("(pointer: coarse)").matches,l=()=>{},d=p=>{if(p.button!==r||o.has(p.pointerId)||(o.set(p.pointerId,p),o.size>1))return;let g=p.pointerId,b=p.clientX,y=p.clientY,w=!1,C=Date.now(),D=i.getBoundingClientRect(),{left:F,top:V}=D,ee=M=>{if(M.pointerId!==g||M.defaultPrevented||o.size>1||a&&Date.now()-C<n)return;let de=M.clientX,pe=M.clientY,xt=de-b,kt=pe-y;(w||Math.abs(xt)>e||Math.abs(kt)>e)&&(M.preventDefault(),M.stopPropagation(),w||(s.set({type:"start",x:b-F,y:y-V}),w=!0),s.set({type:"move",x:de-F,y:pe-V,deltaX:xt,deltaY:kt}),b=de,y=pe)},X=M=>{if(o.delete(M.pointerId)){if(M.pointerId===g&&w){let de=M.clientX,pe=M.clientY;s.set({type:"end",x:de-F,y:pe-V})}o.size===0&&l()}},te=M=>{w&&(M.stopPropagation(),M.preventDefault())},Ae=M=>{M.defaultPrevented||o.size>1||w&&M.preventDefault()};window.addEventListener("pointermove",ee),window.addEventListener("pointerup",X),window.addEventListener("pointercancel",X),document.addEventListener("touchmove",Ae,{passive:!1}),document.addEventListener("click",te,{capture:!0}),l=()=>{window.removeEventListener("pointermove",ee),window.removeEventListener("pointerup",X),window.removeEventListener("pointercancel",X),document.removeEventListener("touchmove",Ae),setTimeout(()=>{document.removeEventListener("click",te,{capture:!0})},10)}};return i.addEventListener("pointerdown",d),{signal:s,cleanup:()=>{l(),i.removeEventListener("pointerdown",d),o.clear()}}}function ss(i){let{scrollLeft:t,scrollWidth:e,clientWidth:r}=i;if(e===0)return{startX:0,endX:1};let n=t/e,s=(t+r)/e;return{startX:Math.max(0,Math.min(1,n)),endX:Math.max(0,Math.min(1,s))}}function os(i){return{left:i.scrollLeft,right:i.scrollLeft+i.clientWidth}}function Fi(i){let t=()=>({scrollLeft:i.scrollLeft,scrollWidth:i.scrollWidth,clientWidth:i.clientWidth}),e=_(t()),r=Q(()=>ss(e.value),[e]),n=Q(()=>os(e.value),[e]),s=()=>{e.set(t())};return i.addEventListener("scroll",s,{passive:!0}),{scrollData:e,percentages:r,bounds:n,refresh:()=>{let l=t(),d=e.value;d.scrollLeft===l.scrollLeft&&d.scrollWidth===l.scrollWidth&&d.clientWidth===l.clientWidth||e.set(l)},cleanup:()=>{i.removeEventListener("scroll",s),r.dispose(),n.dispose()}}}var W=class i{constructor(){this.disposers=[],this.children=new Set,this.parent=null,this._disposed=!1,this.abortController=null}get disposed(){return this._disposed}add(t){return this._disposed?(this.safeRun(t),()=>{}):(this.disposers.push(t),()=>{let e=this.disposers.indexOf(t);e!==-1&&(this.disposers.splice(e,1),this.safeRun(t))})}child(){let t=new i;return this._disposed?(t.dispose(),t):(t.parent=this,this.children.add(t),t)}listen(t,e,r,n){return t.addEventListener(e,r,n),this.add(()=>t.removeEventListener(e,r,n))}timeout(t,e){let r=setTimeout(()=>{n(),t()},e),n=this.add(()=>clearTimeout(r));return n}interval(t,e){let r=setInterval(t,e);return this.add(()=>clearInterval(r))}raf(t){let e=requestAnimationFrame(n=>{r(),t(n)}),r=this.add(()=>cancelAnimationFrame(e));return r}observeResize(t,e){t.observe(e),this.add(()=>t.unobserve(e))}createResizeObserver(t,e){let r=new ResizeObserver(e);return r.observe(t),this.add(()=>r.disconnect()),r}abortSignal(){return this.abortController||(this.abortController=new AbortController,this._disposed&&this.abortController.abort()),this.abortController.signal}dispose(){var t;if(this._disposed)return;this._disposed=!0,this.parent&&(this.parent.children.delete(this),this.parent=null);for(let r of[...this.children])r.dispose();this.children.clear();let e=this.disposers;this.disposers=[];for(let r=e.length-1;r>=0;r--)this.safeRun(e[r]);(t=this.abortController)===null||t===void 0||t.abort()}safeRun(t){try{t()}catch(e){console.error("Scope disposer error:",e)}}};var Ii=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(c){try{d(r.next(c))}catch(p){o(p)}}function l(c){try{d(r.throw(c))}catch(p){o(p)}}function d(c){c.done?s(c.value):n(c.value).then(a,l)}d((r=r.apply(i,t||[])).next())})},ls=function(i,t){var e={};for(var r in i)Object.prototype.hasOwnProperty.call(i,r)&&t.indexOf(r)<0&&(e[r]=i[r]);if(i!=null&&typeof Object.getOwnPropertySymbols=="function")for(var n=0,r=Object.getOwnPropertySymbols(i);n<r.length;n++)t.indexOf(r[n])<0&&Object.prototype.propertyIsEnumerable.call(i,r[n])&&(e[r[n]]=i[r[n]]);return e},ds=60,Hi=10,cs=Hi*ds,tr=class{constructor(t,e){this.isScrollable=_(!1),this.audioData=null,this.lastContainerWidth=0,this.isDragging=!1,this.scope=new W,this.scrollRenderScope=this.scope.child(),this.delayScope=this.scope.child(),this.dragScope=null,this.dragStream=null,this.scrollStream=null,this.containerInlinePadding=0,this.audioDuration=_(0),this._clickSignal=_(null),this._dblclickSignal=_(null),this._dragEventsSignal=_(null),this._renderEpoch=_(0),this._renderedEpoch=_(0),this._resizeEpoch=_(0),this.onClickWrapper=o=>{let a=this.wrapper.getBoundingClientRect(),[l,d]=Zt(a,o.clientX,o.clientY);this._clickSignal.set({relativeX:l,relativeY:d})},this.onDblClickWrapper=o=>{let a=this.wrapper.getBoundingClientRect(),[l,d]=Zt(a,o.clientX,o.clientY);this._dblclickSignal.set({relativeX:l,relativeY:d})},this.options=t;let r=this.parentFromOptionsContainer(t.container);this.parent=r;let[n,s]=this.initHtml();r.appendChild(n),this.container=n,this.scrollContainer=s.querySelector(".scroll"),this.wrapper=s.querySelector(".wrapper"),this.canvasWrapper=s.querySelector(".canvases"),this.progressWrapper=s.querySelector(".progress"),this.cursor=s.querySelector(".cursor"),this.calculateInlinePadding(),e&&s.appendChild(e),this.initEvents(),this.visibleRange=Q(()=>{let o=this.audioDuration.value;if(!this.isScrollable.value||o===0||!this.scrollStream)return{startTime:0,endTime:o};let{startX:a,endX:l}=this.scrollStream.percentages.value;return{startTime:a*o,endTime:l*o}}),this.scope.add(()=>this.visibleRange.dispose())}parentFromOptionsContainer(t){let e;if(typeof t=="string"?e=document.querySelector(t):Yt(t)&&(e=t),!e)throw new Error("Container not found");return e}initEvents(){if(this.scope.listen(this.wrapper,"click",this.onClickWrapper),this.scope.listen(this.wrapper,"dblclick",this.onDblClickWrapper),(this.options.dragToSeek===!0||typeof this.options.dragToSeek=="object")&&this.initDrag(),this.scrollStream=Fi(this.scrollContainer),this.scrollSignals={percentages:this.scrollStream.percentages,bounds:this.scrollStream.bounds},this.scope.add(()=>{var t;(t=this.scrollStream)===null||t===void 0||t.cleanup(),this.scrollStream=null}),typeof ResizeObserver=="function"){let t=this.createDelay(100);this.scope.createResizeObserver(this.scrollContainer,()=>{t().then(()=>this.onContainerResize()).catch(()=>{})})}}onContainerResize(){var t;(t=this.scrollStream)===null||t===void 0||t.refresh();let e=this.parent.clientWidth;this.calculateInlinePadding(),!(e===this.lastContainerWidth&&this.options.height!=="auto")&&(this.lastContainerWidth=e,this.reRender(),this._resizeEpoch.update(r=>r+1))}initDrag(){if(this.dragStream)return;let t=this.scope.child();this.dragScope=t,this.dragStream=Wi(this.wrapper),t.add(()=>{var r;(r=this.dragStream)===null||r===void 0||r.cleanup(),this.dragStream=null});let e=Ge(()=>{let r=this.dragStream.signal.value;if(!r)return;let n=this.wrapper.getBoundingClientRect().width,s=yi(r.x/n);r.type==="start"?(this.isDragging=!0,this._dragEventsSignal.set({type:"start",relativeX:s})):r.type==="move"?this._dragEventsSignal.set({type:"move",relativeX:s}):r.type==="end"&&(this.isDragging=!1,this._dragEventsSignal.set({type:"end",relativeX:s}))},[this.dragStream.signal]);t.add(e)}disposeDrag(){var t;(t=this.dragScope)===null||t===void 0||t.dispose(),this.dragScope=null}calculateInlinePadding(){let{paddingLeft:t,paddingRight:e}=getComputedStyle(this.scrollContainer),r=parseFloat(t)+parseFloat(e);this.containerInlinePadding=Number.isNaN(r)?0:r}initHtml(){let t=document.createElement("div"),e=t.attachShadow({mode:"open"}),r=this.options.cspNonce&&typeof this.options.cspNonce=="string"?this.options.cspNonce.replace(/"/g,""):"";return e.innerHTML=`
      <style${r?` nonce="${r}"`:""}>
        :host {
          user-select: none;
          min-width: 1px;
        }
        :host audio {
          display: block;
          width: 100%;
        }
        :host .scroll {
          overflow-x: auto;
          overflow-y: hidden;
          width: 100%;
          position: relative;
        }
        :host .noScrollbar {
          scrollbar-color: transparent;
          scrollbar-width: none;
        }
        :host .noScrollbar::-webkit-scrollbar {
          display: none;
          -webkit-appearance: none;
        }
        :host .wrapper {
          position: relative;
          overflow: visible;
          z-index: 2;
        }
        :host .canvases {
          min-height: ${this.getHeight(this.options.height,this.options.splitChannels)}px;
          pointer-events: none;
        }
        :host .canvases > div {
          position: relative;
        }
        :host canvas {
          display: block;
          position: absolute;
          top: 0;
          image-rendering: pixelated;
        }
        :host .progress {
          pointer-events: none;
          position: absolute;
          z-index: 2;
          top: 0;
          left: 0;
          width: 0;
          height: 100%;
          overflow: hidden;
        }
        :host .progress > div {
          position: relative;
        }
        :host .cursor {
          pointer-events: none;
          position: absolute;
          z-index: 5;
          top: 0;
          left: 0;
          height: 100%;
          border-radius: 2px;
        }
      </style>

      <div class="scroll" part="scroll">
        <div class="wrapper" part="wrapper">
          <div class="canvases" part="canvases"></div>
          <div class="progress" part="progress"></div>
          <div class="cursor" part="cursor"></div>
        </div>
      </div>
    `,[t,e]}setOptions(t){if(this.options.container!==t.container){let e=this.parentFromOptionsContainer(t.container);e.appendChild(this.container),this.parent=e}t.dragToSeek===!0||typeof t.dragToSeek=="object"?this.initDrag():this.disposeDrag(),this.options=t,this.reRender()}getWrapper(){return this.wrapper}getWidth(){return this.scrollContainer.clientWidth-this.containerInlinePadding}getScroll(){return this.scrollContainer.scrollLeft}setScroll(t){this.scrollContainer.scrollLeft=t}setScrollPercentage(t){let{scrollWidth:e}=this.scrollContainer,r=e*t;this.setScroll(r)}getVisibleRange(){return this.visibleRange}get clickSignal(){return this._clickSignal}get dblclickSignal(){return this._dblclickSignal}get dragEventsSignal(){return this._dragEventsSignal}get renderEpoch(){return this._renderEpoch}get renderedEpoch(){return this._renderedEpoch}get resizeEpoch(){return this._resizeEpoch}getScrollSignals(){return this.scrollSignals}destroy(){this.scope.dispose(),this.audioData=null,this.container.remove()}createDelay(t=10){let e,r,n,s=()=>{e?.(),e=void 0,r?.(),r=void 0,n&&(n(),n=void 0)};return()=>new Promise((o,a)=>{s(),n=a,e=this.delayScope.timeout(()=>{n=void 0,r?.(),r=void 0,o()},t),r=this.delayScope.add(s)})}getHeight(t,e){var r;let n=((r=this.audioData)===null||r===void 0?void 0:r.numberOfChannels)||1;return $i({optionsHeight:t,optionsSplitChannels:e,parentHeight:this.parent.clientHeight,numberOfChannels:n,defaultHeight:128})}convertColorValues(t,e){return Ei(t,this.getPixelRatio(),e?.canvas.height)}getPixelRatio(){return Si(window.devicePixelRatio)}renderBarWaveform(t,e,r,n){let{width:s,height:o}=r.canvas,{halfHeight:a,barWidth:l,barRadius:d,barIndexScale:c,barSpacing:p,barMinHeight:g}=xi({width:s,height:o,length:(t[0]||[]).length,options:e,pixelRatio:this.getPixelRatio()}),b=ki({channelData:t,barIndexScale:c,barSpacing:p,barWidth:l,halfHeight:a,vScale:n,canvasHeight:o,barAlign:e.barAlign,barMinHeight:g});r.beginPath();for(let y of b)d&&"roundRect"in r?r.roundRect(y.x,y.y,y.width,y.height,d):r.rect(y.x,y.y,y.width,y.height);r.fill(),r.closePath()}renderLineWaveform(t,e,r,n){let{width:s,height:o}=r.canvas,a=Di({channelData:t,width:s,height:o,vScale:n});r.beginPath();for(let l of a)if(l.length){r.moveTo(l[0].x,l[0].y);for(let d=1;d<l.length;d++){let c=l[d];r.lineTo(c.x,c.y)}}r.fill(),r.closePath()}renderWaveform(t,e,r){if(r.fillStyle=this.convertColorValues(e.waveColor,r),e.renderFunction){e.renderFunction(t,r);return}let n=Li({channelData:t,barHeight:e.barHeight,normalize:e.normalize,maxPeak:e.maxPeak});if(Jt(e)){this.renderBarWaveform(t,e,r,n);return}this.renderLineWaveform(t,e,r,n)}renderSingleCanvas(t,e,r,n,s,o,a){let l=this.getPixelRatio(),d=document.createElement("canvas");d.width=Math.round(r*l),d.height=Math.round(n*l),d.style.width=`${r}px`,d.style.height=`${n}px`,d.style.left=`${Math.round(s)}px`,o.appendChild(d);let c=d.getContext("2d");if(e.renderFunction?(c.fillStyle=this.convertColorValues(e.waveColor,c),e.renderFunction(t,c)):this.renderWaveform(t,e,c),d.width>0&&d.height>0){let p=d.cloneNode(),g=p.getContext("2d");g.drawImage(d,0,0),g.globalCompositeOperation="source-in",g.fillStyle=this.convertColorValues(e.progressColor,g),g.fillRect(0,0,d.width,d.height),a.appendChild(p)}}renderMultiCanvas(t,e,r,n,s,o){let a=this.getPixelRatio(),{clientWidth:l}=this.scrollContainer,d=r/a,c=Mi({clientWidth:l,totalWidth:d,options:e}),p={};if(c.singleCanvasWidth===0)return;let g=w=>{let C=c.slots[w];if(!C||p[w])return;p[w]=!0;let D=Ri({channelData:t,offset:C.offset,clampedWidth:C.width,totalWidth:d});this.renderSingleCanvas(D,e,C.width,n,C.offset,s,o)},b=()=>{Ai(Object.keys(p).length)&&(s.innerHTML="",o.innerHTML="",p={})};if(!this.isScrollable.value){for(let w=0;w<c.numCanvases;w++)g(w);return}if(er({scrollLeft:this.scrollContainer.scrollLeft,clientWidth:l,singleCanvasWidth:c.singleCanvasWidth,numCanvases:c.numCanvases}).forEach(w=>g(w)),c.numCanvases>1){let w=Ge(()=>{let{scrollLeft:C,clientWidth:D}=this.scrollContainer;b(),er({scrollLeft:C,clientWidth:D,singleCanvasWidth:c.singleCanvasWidth,numCanvases:c.numCanvases}).forEach(F=>g(F))},[this.visibleRange]);this.scrollRenderScope.add(w)}}renderChannel(t,e,r,n){var{overlay:s}=e,o=ls(e,["overlay"]);let a=document.createElement("div"),l=this.getHeight(o.height,o.splitChannels);a.style.height=`${l}px`,s&&n>0&&(a.style.marginTop=`-${l}px`),this.canvasWrapper.style.minHeight=`${l}px`,this.canvasWrapper.appendChild(a);let d=a.cloneNode();this.progressWrapper.appendChild(d),o.normalize&&o.maxPeak==null&&(o=Object.assign(Object.assign({},o),{maxPeak:Ti(t)})),this.renderMultiCanvas(t,o,r,l,a,d)}render(t){return Ii(this,void 0,void 0,function*(){var e,r;this.delayScope.dispose(),this.delayScope=this.scope.child(),this.scrollRenderScope.dispose(),this.scrollRenderScope=this.scope.child(),this.canvasWrapper.innerHTML="",this.progressWrapper.innerHTML="",this.options.width!=null?this.scrollContainer.style.width=typeof this.options.width=="number"?`${this.options.width}px`:this.options.width:this.scrollContainer.style.width="";let n=this.getPixelRatio(),s=this.scrollContainer.clientWidth-this.containerInlinePadding,{scrollWidth:o,isScrollable:a,useParentWidth:l,width:d}=Ci({duration:t.duration,minPxPerSec:this.options.minPxPerSec||0,parentWidth:s,fillParent:this.options.fillParent,pixelRatio:n});if(this.isScrollable.set(a),this.wrapper.style.width=l?"100%":`${o}px`,this.scrollContainer.style.overflowX=this.isScrollable.value?"auto":"hidden",this.scrollContainer.classList.toggle("noScrollbar",!!this.options.hideScrollbar),this.cursor.style.backgroundColor=`${this.options.cursorColor||this.options.progressColor}`,this.cursor.style.width=`${this.options.cursorWidth}px`,(e=this.scrollStream)===null||e===void 0||e.refresh(),this.audioData=t,this.audioDuration.set(t.duration),this._renderEpoch.update(c=>c+1),this.options.splitChannels)for(let c=0;c<t.numberOfChannels;c++){let p=Object.assign(Object.assign({},this.options),(r=this.options.splitChannels)===null||r===void 0?void 0:r[c]);this.renderChannel([t.getChannelData(c)],p,d,c)}else{let c=[t.getChannelData(0)];t.numberOfChannels>1&&c.push(t.getChannelData(1)),this.renderChannel(c,this.options,d,0)}Promise.resolve().then(()=>this._renderedEpoch.update(c=>c+1))})}reRender(){if(this.scrollRenderScope.dispose(),this.scrollRenderScope=this.scope.child(),!this.audioData)return;let{scrollWidth:t}=this.scrollContainer,{right:e}=this.progressWrapper.getBoundingClientRect();if(this.render(this.audioData),!this.isScrollable.value&&this.scrollContainer.scrollLeft)this.scrollContainer.scrollLeft=0;else if(this.isScrollable.value&&t!==this.scrollContainer.scrollWidth){let{right:r}=this.progressWrapper.getBoundingClientRect(),n=Oi(r-e);this.scrollContainer.scrollLeft+=n}}zoom(t){this.options.minPxPerSec=t,this.reRender()}scrollIntoView(t,e=!1){var r;let{scrollLeft:n,scrollWidth:s,clientWidth:o}=this.scrollContainer,a=t*s,l=n,d=n+o,c=o/2;if(this.isDragging)a+30>d?this.scrollContainer.scrollLeft+=30:a-30<l&&(this.scrollContainer.scrollLeft-=30);else{(a<l||a>d)&&(this.scrollContainer.scrollLeft=a-(this.options.autoCenter?c:0));let p=a-n-c;if(e&&this.options.autoCenter&&p>0){let g=(r=this.audioData)===null||r===void 0?void 0:r.duration;if(g===void 0||g<=0){this.scrollContainer.scrollLeft+=p;return}s/g<=cs?this.scrollContainer.scrollLeft+=Math.min(p,Hi):this.scrollContainer.scrollLeft+=p}}}renderProgress(t,e){if(isNaN(t))return;let r=t*100;this.canvasWrapper.style.clipPath=`polygon(${r}% 0%, 100% 0%, 100% 100%, ${r}% 100%)`,this.progressWrapper.style.width=`${r}%`,this.cursor.style.left=`${r}%`,this.cursor.style.transform=this.options.cursorWidth?`translateX(-${t*this.options.cursorWidth}px)`:"",this.isScrollable.value&&this.options.autoScroll&&this.audioData&&this.audioData.duration>0&&this.scrollIntoView(t,e)}exportImage(t,e,r){return Ii(this,void 0,void 0,function*(){let n=this.canvasWrapper.querySelectorAll("canvas");if(!n.length)throw new Error("No waveform data");if(r==="dataURL"){let s=Array.from(n).map(o=>o.toDataURL(t,e));return Promise.resolve(s)}return Promise.all(Array.from(n).map(s=>new Promise((o,a)=>{s.toBlob(l=>{l?o(l):a(new Error("Could not export image"))},t,e)})))})}},ft=tr;var rr=class{constructor(){this.listeners={}}on(t,e,r){if(this.listeners[t]||(this.listeners[t]=new Set),r?.once){let n=(...s)=>{this.un(t,n),e(...s)};return this.listeners[t].add(n),()=>this.un(t,n)}return this.listeners[t].add(e),()=>this.un(t,e)}un(t,e){var r;(r=this.listeners[t])===null||r===void 0||r.delete(e)}once(t,e){return this.on(t,e,{once:!0})}unAll(){this.listeners={}}emit(t,...e){this.listeners[t]&&this.listeners[t].forEach(r=>r(...e))}},Pe=rr;var ir=class extends Pe{get destroyed(){return this.isDestroyed}constructor(t){super(),this.subscriptions=[],this.scope=new W,this.isDestroyed=!1,this.options=t}onInit(){}_init(t){this.isDestroyed=!1,this.wavesurfer=t,this.onInit()}destroy(){this.isDestroyed||(this.isDestroyed=!0,this.emit("destroy"),this.subscriptions.forEach(t=>t()),this.subscriptions=[],this.unAll(),this.scope.dispose(),this.wavesurfer=void 0)}},gt=ir;var us=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(c){try{d(r.next(c))}catch(p){o(p)}}function l(c){try{d(r.throw(c))}catch(p){o(p)}}function d(c){c.done?s(c.value):n(c.value).then(a,l)}d((r=r.apply(i,t||[])).next())})};function hs(i,t){return us(this,void 0,void 0,function*(){let e=new AudioContext({sampleRate:t});try{return yield e.decodeAudioData(i)}finally{e.state!=="closed"&&(yield e.close().catch(()=>{}))}})}function ps(i){let t=0;for(let e of i)for(let r=0;r<e.length;r++){let n=Math.abs(e[r]);n>t&&(t=n)}return t<=1?i:i.map(e=>{let r=new Float32Array(e.length);for(let n=0;n<e.length;n++)r[n]=e[n]/t;return r})}function ms(i,t){if(!i||i.length===0)throw new Error("channelData must be a non-empty array");if(t<=0)throw new Error("duration must be greater than 0");if(typeof i[0]=="number"&&(i=[i]),!i[0]||i[0].length===0)throw new Error("channelData must contain non-empty channel arrays");let r=ps(i).map(s=>s instanceof Float32Array?s:Float32Array.from(s)),n=s=>{let o=r[s];if(!o)throw new Error(`Channel ${s} not found`);return o};return{duration:t,length:r[0].length,sampleRate:r[0].length/t,numberOfChannels:r.length,getChannelData:n,copyFromChannel:(s,o,a=0)=>{let l=n(o),d=Math.max(0,a),c=Math.max(0,Math.min(s.length,l.length-d));s.set(l.subarray(d,d+c))},copyToChannel:(s,o,a=0)=>{let l=n(o),d=Math.max(0,a),c=Math.max(0,Math.min(s.length,l.length-d));l.set(s.subarray(0,c),d)}}}var fs={decode:hs,createBuffer:ms},Ve=fs;var gs=new Set(["destroy","_init","onInit","emit","on","un","once","unAll","options","wavesurfer","subscriptions","scope","destroyed","isDestroyed","listeners"]);function zi(i,t){class e extends gt{static create(...n){return new e(n[0])}onInit(){this.scope.dispose(),this.scope=new W;let n=this,s={get wavesurfer(){return n.wavesurfer},get state(){return n.wavesurfer.getState()},scope:this.scope,emit:(a,...l)=>this.emit(a,...l)},o=t(s,this.options);for(let a of Object.keys(o))if(gs.has(a))throw new Error(`definePlugin('${i}'): api key "${a}" collides with the plugin chassis`);Object.assign(this,o)}destroy(){this.scope.dispose(),super.destroy()}}return Object.defineProperty(e,"name",{value:i}),e}var Ui=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(c){try{d(r.next(c))}catch(p){o(p)}}function l(c){try{d(r.throw(c))}catch(p){o(p)}}function d(c){c.done?s(c.value):n(c.value).then(a,l)}d((r=r.apply(i,t||[])).next())})};function vs(i,t,e){return Ui(this,void 0,void 0,function*(){var r;if(!i.body||!i.headers)return;let n=i.body.getReader(),s=Number(i.headers.get("Content-Length"))||0,o=0,a=()=>{n.cancel()};if(e){if(e.aborted){n.cancel();return}e.addEventListener("abort",a,{once:!0})}try{for(;;){let l=yield n.read();if(l.done)break;if(o+=((r=l.value)===null||r===void 0?void 0:r.length)||0,s>0){let d=Math.round(o/s*100);t(d)}}}catch(l){if(l instanceof DOMException&&l.name==="AbortError")return;console.warn("Progress tracking error:",l)}finally{e&&e.removeEventListener("abort",a)}})}function _s(i,t,e){return Ui(this,void 0,void 0,function*(){var r;let n=yield fetch(i,e);if(n.status>=400)throw new Error(`Failed to fetch ${i}: ${n.status} (${n.statusText})`);return vs(n.clone(),t,(r=e?.signal)!==null&&r!==void 0?r:void 0),n.blob()})}var bs={fetchBlob:_s},Bi=bs;var vt=class{constructor(t){this.frameId=null,this.callback=null,this.isRunning=!1,t.add(()=>this.stop())}get running(){return this.isRunning}start(t){if(this.callback=t,this.isRunning)return;this.isRunning=!0;let e=()=>{var r;this.isRunning&&(this.frameId=requestAnimationFrame(e),(r=this.callback)===null||r===void 0||r.call(this))};e()}stop(){this.isRunning=!1,this.frameId!==null&&(cancelAnimationFrame(this.frameId),this.frameId=null)}};var ys=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(c){try{d(r.next(c))}catch(p){o(p)}}function l(c){try{d(r.throw(c))}catch(p){o(p)}}function d(c){c.done?s(c.value):n(c.value).then(a,l)}d((r=r.apply(i,t||[])).next())})},qi=3,nr=class{get isPlayingSignal(){return this._isPlaying}get currentTimeSignal(){return this._currentTime}get durationSignal(){return this._duration}get volumeSignal(){return this._volume}get mutedSignal(){return this._muted}get playbackRateSignal(){return this._playbackRate}get seekingSignal(){return this._seeking}constructor(t){this.isExternalMedia=!1,this._ownBlobUrl=null,this.pendingTime=null,this.mediaScope=new W,t.media?(this.media=t.media,this.isExternalMedia=!0):this.media=document.createElement("audio"),this._isPlaying=_(!1),this._currentTime=_(0),this._duration=_(0),this._volume=_(this.media.volume),this._muted=_(this.media.muted),this._playbackRate=_(this.media.playbackRate||1),this._seeking=_(!1),this.setupReactiveMediaEvents(),t.mediaControls&&(this.media.controls=!0),t.autoplay&&(this.media.autoplay=!0),t.playbackRate!=null&&this.mediaScope.add(this.onMediaEvent("canplay",()=>{t.playbackRate!=null&&(this.media.playbackRate=t.playbackRate)},{once:!0}))}setupReactiveMediaEvents(){this.mediaScope.add(this.onMediaEvent("play",()=>{this._isPlaying.set(!0)})),this.mediaScope.add(this.onMediaEvent("pause",()=>{this._isPlaying.set(!1)})),this.mediaScope.add(this.onMediaEvent("ended",()=>{this._isPlaying.set(!1)})),this.mediaScope.add(this.onMediaEvent("timeupdate",()=>{this._currentTime.set(this.media.currentTime)})),this.mediaScope.add(this.onMediaEvent("durationchange",()=>{this._duration.set(this.media.duration||0)})),this.mediaScope.add(this.onMediaEvent("loadedmetadata",()=>{this._duration.set(this.media.duration||0)})),this.mediaScope.add(this.onMediaEvent("canplay",()=>this.applyPendingTime())),this.mediaScope.add(this.onMediaEvent("seeking",()=>{this.pendingTime!=null&&Math.abs(this.media.currentTime-this.pendingTime)>.01&&(this.pendingTime=null),this._seeking.set(!0)})),this.mediaScope.add(this.onMediaEvent("seeked",()=>{this._seeking.set(!1)})),this.mediaScope.add(this.onMediaEvent("volumechange",()=>{this._volume.set(this.media.volume),this._muted.set(this.media.muted)})),this.mediaScope.add(this.onMediaEvent("ratechange",()=>{this._playbackRate.set(this.media.playbackRate)}))}onMediaEvent(t,e,r){return this.media.addEventListener(t,e,r),()=>this.media.removeEventListener(t,e,r)}getSrc(){return this.media.currentSrc||this.media.src||""}revokeSrc(){this._ownBlobUrl&&(URL.revokeObjectURL(this._ownBlobUrl),this._ownBlobUrl=null)}canPlayType(t){return this.media.canPlayType(t)!==""}applyPendingTime(){if(this.pendingTime==null)return;let t=this.pendingTime;this.media.currentTime=t,this.pendingTime=null}setSrc(t,e){let r=this.getSrc();if(t&&r===t)return;this.revokeSrc();let n=e instanceof Blob&&(this.canPlayType(e.type)||!t)?URL.createObjectURL(e):t;if(this.pendingTime=null,n!==t&&(this._ownBlobUrl=n),r&&this.media.removeAttribute("src"),n||t)try{this.media.src=n}catch{this.media.src=t}}destroy(){this.pendingTime=null,this.mediaScope.dispose(),this.revokeSrc(),!this.isExternalMedia&&(this.media.pause(),this.media.removeAttribute("src"),this.media.load(),this.media.remove())}setMediaElement(t){this.pendingTime=null,this.mediaScope.dispose(),this.mediaScope=new W,this.media=t,this.setupReactiveMediaEvents()}play(){return ys(this,void 0,void 0,function*(){try{this.media.readyState>=qi&&this.applyPendingTime();let t=yield this.media.play();return this.applyPendingTime(),t}catch(t){if(t instanceof DOMException&&t.name==="AbortError")return;throw t}})}pause(){this.media.pause()}isPlaying(){return!this.media.paused&&!this.media.ended}setTime(t){let e=this.getDuration(),r=Number.isFinite(e)?Math.max(0,Math.min(t,e)):Math.max(0,t);if(this.media.readyState<qi){this.pendingTime=r;return}this.pendingTime=null,this.media.currentTime=r}getDuration(){return this.media.duration}getCurrentTime(){var t;return(t=this.pendingTime)!==null&&t!==void 0?t:this.media.currentTime}getVolume(){return this.media.volume}setVolume(t){this.media.volume=t}getMuted(){return this.media.muted}setMuted(t){this.media.muted=t}getPlaybackRate(){return this.media.playbackRate}isSeeking(){return this.media.seeking}setPlaybackRate(t,e){e!=null&&(this.media.preservesPitch=e),this.media.playbackRate=t}getMediaElement(){return this.media}setSinkId(t){return this.media.setSinkId(t)}},Ki=nr;var sr=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(c){try{d(r.next(c))}catch(p){o(p)}}function l(c){try{d(r.throw(c))}catch(p){o(p)}}function d(c){c.done?s(c.value):n(c.value).then(a,l)}d((r=r.apply(i,t||[])).next())})};function ws(){let i=globalThis.navigator;if(i?.audioSession)try{i.audioSession.type="playback"}catch(t){console.warn("Setting navigator.audioSession.type failed:",t)}}var or=class extends Pe{constructor(t){super(),this.bufferNode=null,this.playStartTime=0,this.playbackPosition=0,this._muted=!1,this._playbackRate=1,this._duration=void 0,this.buffer=null,this.currentSrc="",this.paused=!0,this.crossOrigin=null,this.seeking=!1,this.autoplay=!1,this.error=null,this.scope=new W,this.scheduledStop=null,this.addEventListener=this.on,this.removeEventListener=this.un,this._destroyed=!1,this.srcGeneration=0,this.srcFetchAbort=null,ws(),this.audioContext=t||new AudioContext,this.gainNode=this.audioContext.createGain(),this.gainNode.connect(this.audioContext.destination)}load(){return sr(this,void 0,void 0,function*(){})}remove(){this.destroy()}destroy(){var t;if(!this._destroyed){if(this._destroyed=!0,this.scope.dispose(),this.scheduledStop=null,this.srcGeneration++,(t=this.srcFetchAbort)===null||t===void 0||t.abort(),this.srcFetchAbort=null,this.currentSrc="",this.bufferNode){this.bufferNode.onended=null;try{this.bufferNode.stop()}catch{}this.bufferNode.disconnect(),this.bufferNode=null}this.gainNode.disconnect(),typeof this.audioContext.close=="function"&&Promise.resolve(this.audioContext.close.call(this.audioContext)).catch(()=>{}),this.buffer=null,this.unAll()}}get src(){return this.currentSrc}set src(t){var e;this.currentSrc=t,this._duration=void 0,this.error=null;let r=++this.srcGeneration;if((e=this.srcFetchAbort)===null||e===void 0||e.abort(),this.srcFetchAbort=null,!t){this.buffer=null,this.emit("emptied");return}let n=new AbortController;this.srcFetchAbort=n,fetch(t,{signal:n.signal}).then(s=>{if(s.status>=400)throw new Error(`Failed to fetch ${t}: ${s.status} (${s.statusText})`);return s.arrayBuffer()}).then(s=>r!==this.srcGeneration?null:this.audioContext.decodeAudioData(s)).then(s=>{r===this.srcGeneration&&(this.buffer=s,this.emit("loadedmetadata"),this.emit("canplay"),this.autoplay&&this.play())}).catch(s=>{r===this.srcGeneration&&(console.error("WebAudioPlayer load error:",s),this.error=s instanceof Error?s:new Error(String(s)),this.emit("error",this.error))})}_play(){if(!this.paused)return;this.paused=!1,this.bufferNode&&(this.bufferNode.onended=null,this.bufferNode.disconnect()),this.bufferNode=this.audioContext.createBufferSource(),this.buffer&&(this.bufferNode.buffer=this.buffer),this.bufferNode.playbackRate.value=this._playbackRate,this.bufferNode.connect(this.gainNode);let t=this.playbackPosition;(t>=this.duration||t<0)&&(t=0,this.playbackPosition=0),this.bufferNode.start(this.audioContext.currentTime,t),this.playStartTime=this.audioContext.currentTime,this.bufferNode.onended=()=>{!this.paused&&this.duration-this.currentTime<.01&&(this.pause(),this.emit("ended"))}}_pause(){if(this.scheduledStop&&this.currentTime<this.scheduledStop.time&&this.cancelScheduledStop(),this.playbackPosition=this.currentTime,this.paused=!0,this.bufferNode){this.bufferNode.onended=null;try{this.bufferNode.stop()}catch{}}}play(){return sr(this,void 0,void 0,function*(){this.paused&&(this.audioContext.state==="suspended"&&typeof this.audioContext.resume=="function"&&this.audioContext.resume().catch(()=>{}),this._play(),this.emit("play"))})}pause(){this.paused||(this._pause(),this.emit("pause"))}cancelScheduledStop(){var t;(t=this.scheduledStop)===null||t===void 0||t.cancel(),this.scheduledStop=null}stopAt(t){let e=this.bufferNode;if(!e)return;this.cancelScheduledStop();let r=(t-this.currentTime)/this._playbackRate;e.stop(this.audioContext.currentTime+Math.max(0,r));let n=this.scope.listen(e,"ended",()=>{let s=this.scheduledStop;s?.node===e&&(this.scheduledStop=null,s.cancel(),e===this.bufferNode&&(this.bufferNode=null,this.pause(),this.playbackPosition=Math.min(t,this.duration),this.emit("timeupdate")))},{once:!0});this.scheduledStop={node:e,time:t,cancel:n}}setSinkId(t){return sr(this,void 0,void 0,function*(){return this.audioContext.setSinkId(t)})}get playbackRate(){return this._playbackRate}set playbackRate(t){let e=!this.paused;e&&this._pause(),this._playbackRate=t,e&&this._play(),this.bufferNode&&(this.bufferNode.playbackRate.value=t)}get currentTime(){return this.paused?this.playbackPosition:this.playbackPosition+(this.audioContext.currentTime-this.playStartTime)*this._playbackRate}set currentTime(t){let e=!this.paused;e&&this._pause(),this.playbackPosition=t,e&&this._play(),this.emit("seeking"),this.emit("seeked"),this.emit("timeupdate")}get duration(){var t,e;return(t=this._duration)!==null&&t!==void 0?t:((e=this.buffer)===null||e===void 0?void 0:e.duration)||0}set duration(t){this._duration=t}get volume(){return this.gainNode.gain.value}set volume(t){this.gainNode.gain.value=t,this.emit("volumechange")}get muted(){return this._muted}set muted(t){this._muted!==t&&(this._muted=t,this._muted?this.gainNode.disconnect():this.gainNode.connect(this.audioContext.destination))}canPlayType(t){return/^(audio|video)\//.test(t)}getGainNode(){return this.gainNode}getChannelData(){let t=[];if(!this.buffer)return t;let e=this.buffer.numberOfChannels;for(let r=0;r<e;r++)t.push(this.buffer.getChannelData(r));return t}removeAttribute(t){switch(t){case"src":this.src="";break;case"playbackRate":this.playbackRate=0;break;case"currentTime":this.currentTime=0;break;case"duration":this.duration=0;break;case"volume":this.volume=0;break;case"muted":this.muted=!1;break}}},_t=or;function Gi(i){var t,e,r,n,s,o,a;let l=(t=i?.currentTime)!==null&&t!==void 0?t:_(0),d=(e=i?.duration)!==null&&e!==void 0?e:_(0),c=(r=i?.isPlaying)!==null&&r!==void 0?r:_(!1),p=(n=i?.isSeeking)!==null&&n!==void 0?n:_(!1),g=(s=i?.volume)!==null&&s!==void 0?s:_(1),b=(o=i?.muted)!==null&&o!==void 0?o:_(!1),y=(a=i?.playbackRate)!==null&&a!==void 0?a:_(1),w=_(null),C=_(null),D=_(""),F=_(0),V=_(0),ee=_("idle"),X=Q(()=>!c.value,[c]),te=Q(()=>w.value!==null,[w]),Ae=Q(()=>te.value&&d.value>0,[te,d]),M=Q(()=>l.value,[l]),de=Q(()=>d.value>0?l.value/d.value:0,[l,d]),pe=[X,te,Ae,M,de];return{state:{currentTime:l,duration:d,isPlaying:c,isPaused:X,isSeeking:p,volume:g,muted:b,playbackRate:y,audioBuffer:w,peaks:C,url:D,zoom:F,scrollPosition:V,loadPhase:ee,canPlay:te,isReady:Ae,progress:M,progressPercent:de},actions:{setCurrentTime:$=>{let re=Math.max(0,Math.min(d.value||1/0,$));l.set(re)},setDuration:$=>{d.set(Math.max(0,$))},setPlaying:$=>{c.set($)},setSeeking:$=>{p.set($)},setVolume:$=>{let re=Math.max(0,Math.min(1,$));g.set(re)},setPlaybackRate:$=>{let re=Math.max(.1,Math.min(16,$));y.set(re)},setAudioBuffer:$=>{if(w.set($),$){let re=d.value;(re===0||Number.isNaN(re)||re===1/0)&&d.set($.duration)}},setPeaks:$=>{C.set($)},setUrl:$=>{D.set($)},setZoom:$=>{F.set(Math.max(0,$))},setScrollPosition:$=>{V.set(Math.max(0,$))},setLoadPhase:$=>{ee.set($)}},dispose:()=>{pe.forEach($=>$.dispose())}}}var bt=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(c){try{d(r.next(c))}catch(p){o(p)}}function l(c){try{d(r.throw(c))}catch(p){o(p)}}function d(c){c.done?s(c.value):n(c.value).then(a,l)}d((r=r.apply(i,t||[])).next())})},xs={waveColor:"#999",progressColor:"#555",cursorWidth:1,minPxPerSec:0,fillParent:!0,interact:!0,dragToSeek:!1,autoScroll:!0,autoCenter:!0,sampleRate:8e3},Me=class i extends Pe{static create(t){return new i(t)}getState(){return this.wavesurferState}getRenderer(){return this.renderer}constructor(t){var e,r;super(),this.plugins=[],this.decodedData=null,this.stopAtPosition=null,this.internalWebAudioPlayer=null,this.webAudioPlayer=null,this.scope=new W,this.mediaEventScope=this.scope.child(),this.frameScheduler=new vt(this.scope),this.loadScope=null,this.supersededLoadScopes=new WeakSet,this.isDestroyed=!1,this.onTick=()=>{if(!this.isSeeking()){let p=this.updateProgress();if(this.emit("timeupdate",p),this.emit("audioprocess",p),this.stopAtPosition!=null&&this.isPlaying()&&p>=this.stopAtPosition){let g=this.stopAtPosition;this.pause(),this.setTime(g)}}};let n=!t.media&&t.backend==="WebAudio"?new _t:null,s=(r=(e=t.media)!==null&&e!==void 0?e:n)!==null&&r!==void 0?r:void 0;this.player=new Ki({media:s,mediaControls:t.mediaControls,autoplay:t.autoplay,playbackRate:t.audioRate}),this.internalWebAudioPlayer=n,this.webAudioPlayer=n??(t.media instanceof _t?t.media:null),this.options=Object.assign({},xs,t);let{state:o,actions:a,dispose:l}=Gi({isPlaying:this.player.isPlayingSignal,currentTime:this.player.currentTimeSignal,duration:this.player.durationSignal,volume:this.player.volumeSignal,muted:this.player.mutedSignal,playbackRate:this.player.playbackRateSignal,isSeeking:this.player.seekingSignal});this.wavesurferState=o,this.wavesurferActions=a,this.scope.add(l);let d=s?void 0:this.player.getMediaElement();this.renderer=new ft(this.options,d),this.initPlayerEvents(),this.initRendererEvents(),this.initPlugins();let c=this.options.url||this.player.getSrc()||"";Promise.resolve().then(()=>{if(this.isDestroyed)return;this.emit("init");let{peaks:p,duration:g}=this.options;(c||p&&g)&&this.load(c,p,g).catch(()=>{})})}updateProgress(t=this.getCurrentTime()){return this.renderer.renderProgress(t/this.getDuration(),this.isPlaying()),t}initPlayerEvents(){this.isPlaying()&&(this.emit("play"),this.frameScheduler.start(this.onTick)),this.mediaEventScope.add(this.player.onMediaEvent("timeupdate",()=>{let t=this.updateProgress();if(this.emit("timeupdate",t),this.stopAtPosition!=null&&this.isPlaying()&&t>=this.stopAtPosition){let e=this.stopAtPosition;this.pause(),this.setTime(e)}})),this.mediaEventScope.add(this.player.onMediaEvent("play",()=>{this.emit("play"),this.frameScheduler.start(this.onTick)})),this.mediaEventScope.add(this.player.onMediaEvent("pause",()=>{this.emit("pause"),this.frameScheduler.stop(),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("emptied",()=>{this.frameScheduler.stop(),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("ended",()=>{this.emit("timeupdate",this.getDuration()),this.emit("finish"),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("seeking",()=>{this.emit("seeking",this.getCurrentTime())})),this.mediaEventScope.add(this.player.onMediaEvent("error",()=>{let t=this.player.getMediaElement().error,e;t instanceof Error?e=t:t?e=new Error(t.message||`Media error ${t.code}`):e=new Error("Media error"),this.emit("error",e),this.stopAtPosition=null}))}initRendererEvents(){this.scope.add(this.renderer.clickSignal.subscribe(t=>{t&&this.options.interact&&(this.seekTo(t.relativeX),this.emit("interaction",t.relativeX*this.getDuration()),this.emit("click",t.relativeX,t.relativeY))})),this.scope.add(this.renderer.dblclickSignal.subscribe(t=>{t&&this.emit("dblclick",t.relativeX,t.relativeY)}));{let{percentages:t,bounds:e}=this.renderer.getScrollSignals();this.scope.add(Ge(()=>{let{startX:r,endX:n}=t.value,{left:s,right:o}=e.value,a=this.getDuration();this.wavesurferActions.setScrollPosition(s),this.emit("scroll",r*a,n*a,s,o)},[t,e]))}this.scope.add(this.renderer.renderEpoch.subscribe(()=>{this.emit("redraw")})),this.scope.add(this.renderer.renderedEpoch.subscribe(()=>{this.emit("redrawcomplete")})),this.scope.add(this.renderer.resizeEpoch.subscribe(()=>{this.emit("resize")}));{let t,e=this.renderer.dragEventsSignal.subscribe(r=>{var n;if(!r)return;let{relativeX:s}=r;if(r.type==="start"){this.emit("dragstart",s);return}if(r.type==="end"){this.emit("dragend",s);return}if(!this.options.interact)return;this.renderer.renderProgress(s),t?.();let o=0,a=this.options.dragToSeek;this.isPlaying()?o=0:a===!0?o=200:a&&typeof a=="object"&&(o=(n=a.debounceTime)!==null&&n!==void 0?n:200),t=this.scope.timeout(()=>{this.seekTo(s)},o),this.emit("interaction",s*this.getDuration()),this.emit("drag",s)});this.scope.add(e)}}initPlugins(){var t;!((t=this.options.plugins)===null||t===void 0)&&t.length&&this.options.plugins.forEach(e=>{this.registerPlugin(e)})}unsubscribePlayerEvents(){this.mediaEventScope.dispose(),this.mediaEventScope=this.scope.child()}setOptions(t){this.isDestroyed||(this.options=Object.assign({},this.options,t),t.duration&&!t.peaks&&(this.decodedData=Ve.createBuffer(this.exportPeaks(),t.duration),this.wavesurferActions.setAudioBuffer(this.decodedData)),t.peaks&&t.duration&&(this.decodedData=Ve.createBuffer(t.peaks,t.duration),this.wavesurferActions.setAudioBuffer(this.decodedData)),this.renderer.setOptions(this.options),t.audioRate&&this.setPlaybackRate(t.audioRate),t.mediaControls!=null&&(this.player.getMediaElement().controls=t.mediaControls))}registerPlugin(t){if(this.isDestroyed)throw new Error("Cannot register a plugin: wavesurfer was destroyed. Create a new instance instead.");if(this.plugins.includes(t))return t;t._init(this),this.plugins.push(t);let e=this.scope.add(t.once("destroy",()=>{this.plugins=this.plugins.filter(r=>r!==t),e()}));return t}unregisterPlugin(t){this.plugins=this.plugins.filter(e=>e!==t),t.destroy()}getWrapper(){return this.renderer.getWrapper()}getWidth(){return this.renderer.getWidth()}getScroll(){return this.renderer.getScroll()}setScroll(t){if(!this.isDestroyed)return this.renderer.setScroll(t)}setScrollTime(t){let e=t/this.getDuration();this.renderer.setScrollPercentage(e)}getActivePlugins(){return this.plugins}bailedLoadOutcome(t){return this.supersededLoadScopes.has(t)?"superseded":void 0}loadAudio(t,e,r,n){return bt(this,void 0,void 0,function*(){var s;if(this.isDestroyed)throw new Error("Cannot load audio: wavesurfer was destroyed. Create a new instance instead.");this.loadScope&&!this.loadScope.disposed&&this.supersededLoadScopes.add(this.loadScope),(s=this.loadScope)===null||s===void 0||s.dispose();let o=this.scope.child();this.loadScope=o;try{if(this.emit("load",t),!o.disposed&&!e&&!r&&this.wavesurferActions.setLoadPhase("fetching"),this.wavesurferActions.setUrl(t||""),r?this.wavesurferActions.setPeaks(r):this.wavesurferActions.setPeaks(null),!this.options.media&&this.isPlaying()&&this.pause(),this.decodedData=null,this.wavesurferActions.setAudioBuffer(null),this.stopAtPosition=null,!e&&!r){let l=Object.assign({},this.options.fetchParams);l.signal||(l.signal=o.abortSignal());let d=p=>this.emit("loading",p);if(e=yield Bi.fetchBlob(t,d,l),o.disposed)return this.bailedLoadOutcome(o);let c=this.options.blobMimeType;c&&(e=new Blob([e],{type:c}))}if(o.disposed)return this.bailedLoadOutcome(o);this.player.setSrc(t,e);let a=yield new Promise(l=>{let d=n||this.getDuration();if(d)l(d);else{this.mediaEventScope.add(this.player.onMediaEvent("loadedmetadata",()=>l(this.getDuration()),{once:!0}));let c=this.mediaEventScope.add(()=>l(0));o.add(c)}});if(o.disposed)return this.bailedLoadOutcome(o);if(!t&&!e&&this.webAudioPlayer&&(this.webAudioPlayer.duration=a),o.disposed||this.wavesurferActions.setLoadPhase("decoding"),r)this.decodedData=Ve.createBuffer(r,a||0);else if(e){let l=yield e.arrayBuffer();if(o.disposed)return this.bailedLoadOutcome(o);let d=yield Ve.decode(l,this.options.sampleRate);if(o.disposed)return this.bailedLoadOutcome(o);this.decodedData=d}if(o.disposed)return this.bailedLoadOutcome(o);this.decodedData&&(this.wavesurferActions.setAudioBuffer(this.decodedData),this.emit("decode",this.getDuration()),this.renderer.render(this.decodedData)),o.disposed||this.wavesurferActions.setLoadPhase("ready"),this.emit("ready",this.getDuration())}catch(a){if(!this.supersededLoadScopes.has(o))throw(this.loadScope===o||this.loadScope===null)&&this.wavesurferActions.setLoadPhase("error"),a;return"superseded"}})}classifyLoadResult(t){let e=t.then(r=>{if(r==="superseded")throw new DOMException("The load was superseded by a newer load call","AbortError")},r=>{throw this.emit("error",r),r});return e.catch(()=>{}),e}load(t,e,r){return this.classifyLoadResult(this.loadAudio(t,void 0,e,r))}loadBlob(t,e,r){return this.classifyLoadResult(this.loadAudio("",t,e,r))}zoom(t){if(!this.decodedData)throw new Error("No audio loaded");this.renderer.zoom(t),this.wavesurferActions.setZoom(t),this.emit("zoom",t)}getDecodedData(){return this.decodedData}exportPeaks({channels:t=2,maxLength:e=8e3,precision:r=1e4}={}){if(!this.decodedData)throw new Error("The audio has not been decoded yet");let n=Math.min(t,this.decodedData.numberOfChannels),s=[];for(let o=0;o<n;o++){let a=this.decodedData.getChannelData(o),l=[],d=a.length/e;for(let c=0;c<e;c++){let p=a.slice(Math.floor(c*d),Math.ceil((c+1)*d)),g=0;for(let b=0;b<p.length;b++){let y=p[b];Math.abs(y)>Math.abs(g)&&(g=y)}l.push(Math.round(g*r)/r)}s.push(l)}return s}getDuration(){let t=this.player.getDuration()||0;return(t===0||t===1/0)&&this.decodedData&&(t=this.decodedData.duration),t}toggleInteraction(t){this.options.interact=t}setTime(t){this.isDestroyed||(this.stopAtPosition=null,this.player.setTime(t),this.updateProgress(t),this.emit("timeupdate",t))}seekTo(t){let e=this.getDuration()*t;this.setTime(e)}pause(){this.isDestroyed||this.player.pause()}isPlaying(){return this.player.isPlaying()}isSeeking(){return this.player.isSeeking()}getCurrentTime(){return this.player.getCurrentTime()}getVolume(){return this.player.getVolume()}setVolume(t){this.isDestroyed||this.player.setVolume(t)}getMuted(){return this.player.getMuted()}setMuted(t){this.isDestroyed||this.player.setMuted(t)}getPlaybackRate(){return this.player.getPlaybackRate()}setPlaybackRate(t,e){this.isDestroyed||this.player.setPlaybackRate(t,e)}setSinkId(t){return this.isDestroyed?Promise.resolve():this.player.setSinkId(t)}getMediaElement(){return this.webAudioPlayer?null:this.player.getMediaElement()}play(t,e){return bt(this,void 0,void 0,function*(){if(this.isDestroyed)return;t!=null&&this.setTime(t);let r=yield this.player.play();return e!=null&&(this.webAudioPlayer?this.webAudioPlayer.stopAt(e):this.stopAtPosition=e),r})}playPause(){return bt(this,void 0,void 0,function*(){return this.isPlaying()?this.pause():this.play()})}stop(){this.pause(),this.setTime(0)}skip(t){this.setTime(this.getCurrentTime()+t)}empty(){this.load("",[[0]],.001).catch(()=>{})}setMediaElement(t){this.isDestroyed||(this.unsubscribePlayerEvents(),this.player.setMediaElement(t),this.webAudioPlayer=t instanceof _t?t:null,this.initPlayerEvents())}exportImage(){return bt(this,arguments,void 0,function*(t="image/png",e=1,r="dataURL"){return this.renderer.exportImage(t,e,r)})}destroy(){var t;this.isDestroyed||(this.isDestroyed=!0,this.emit("destroy"),this.plugins.forEach(e=>e.destroy()),this.scope.dispose(),this.loadScope=null,this.decodedData=null,this.wavesurferActions.setAudioBuffer(null),this.renderer.destroy(),this.player.destroy(),this.unAll(),(t=this.internalWebAudioPlayer)===null||t===void 0||t.destroy())}};Me.BasePlugin=gt;Me.dom=Qt;Me.definePlugin=zi;var ar=Me;var ks=`
:host { user-select: none; min-width: 1px; }
.scroll { overflow-x: auto; overflow-y: hidden; width: 100%; position: relative; }
.noScrollbar { scrollbar-width: none; }
.wrapper { position: relative; overflow: visible; z-index: 2; }
.canvases { pointer-events: none; }
.canvases > div { position: relative; }
canvas { display: block; position: absolute; top: 0; image-rendering: pixelated; }
.progress { pointer-events: none; position: absolute; z-index: 2; top: 0; left: 0; width: 0;
    height: 100%; overflow: hidden; }
.progress > div { position: relative; }
.cursor { pointer-events: none; position: absolute; z-index: 5; top: 0; left: 0; height: 100%;
    border-radius: 2px; }
`;function Xe(i,...t){let e=document.createElement("div");return e.className=i,e.setAttribute("part",i),e.append(...t),e}function $s(){let i=document.createElement("div"),t=i.attachShadow({mode:"open"}),e=new CSSStyleSheet;return e.replaceSync(ks),t.adoptedStyleSheets=[e],t.append(Xe("scroll",Xe("wrapper",Xe("canvases"),Xe("progress"),Xe("cursor")))),[i,t]}var Vi=ft.prototype;if(!Vi.initHtml)throw new Error("wavesurfer.js: Renderer.initHtml is gone, its styles cannot be replaced");Vi.initHtml=$s;var Xi=84,Yi=5,Qi=30,Ss=76,Zi=1.5,Es=[1,2,5,10,15,30,60,120,300,600,900,1800,3600],N=class extends S{constructor(){super();this.duration_ms=0;this.peaks=[[0,0],[0,0]];this.stretches=[];this.moments=[];this.left=[];this.right=[];this.note="";this.position_s=0;this.width_px=0;this.flags=[];this.surfer=null;this.scheme=matchMedia("(prefers-color-scheme: dark)");this.repaint=()=>this.surfer?.setOptions(this.paint());this.observer=new ResizeObserver(()=>{this.width_px=this.wave.clientWidth});new P(this)}connectedCallback(){super.connectedCallback(),this.scheme.addEventListener("change",this.repaint)}disconnectedCallback(){super.disconnectedCallback(),this.scheme.removeEventListener("change",this.repaint),this.observer.disconnect(),this.surfer?.destroy(),this.surfer=null}async toggle(){await this.surfer?.playPause()}seek(e){this.surfer?.setTime(Math.min(this.duration_ms/1e3,Math.max(0,e)))}get current_s(){return this.position_s}colour(e){return getComputedStyle(this).getPropertyValue(e).trim()}paint(){let e=r=>({waveColor:this.colour(`--${r}-soft`),progressColor:this.colour(`--${r}`),height:Xi});return{splitChannels:[e("caller"),e("called")],cursorColor:this.colour("--text")}}create_surfer(){this.surfer=ar.create({...this.paint(),container:this.wave,media:this.media,peaks:this.peaks,duration:this.duration_ms/1e3,height:Xi,maxPeak:Xt(this.peaks),normalize:!0,barHeight:.88,barWidth:2,barGap:1,barRadius:1,barMinHeight:1,cursorWidth:2,dragToSeek:!0,hideScrollbar:!0}),this.surfer.on("timeupdate",e=>{this.position_s=e,this.dispatchEvent(new CustomEvent("position",{detail:e}))}),this.surfer.on("error",()=>{})}willUpdate(e){(e.has("moments")||e.has("width_px"))&&(this.flags=mi(this.moments,this.width_px))}firstUpdated(){this.observer.observe(this.wave),this.create_surfer()}updated(e){if(this.surfer&&e.has("peaks")&&e.get("peaks")){let[r,n]=[this.peaks,this.duration_ms/1e3];this.surfer.setOptions({peaks:r,duration:n,maxPeak:Xt(r)})}}key_target(e){let r=this.duration_ms/1e3;switch(e){case"ArrowLeft":case"ArrowDown":return this.position_s-Yi;case"ArrowRight":case"ArrowUp":return this.position_s+Yi;case"PageDown":return this.position_s-Qi;case"PageUp":return this.position_s+Qi;case"Home":return 0;case"End":return r;default:return null}}key_down(e){if(e.ctrlKey||e.altKey||e.metaKey)return;let r=this.key_target(e.key);r!==null?(e.preventDefault(),this.seek(r)):e.key===" "&&(e.preventDefault(),this.dispatchEvent(new Event("toggle")))}ticks(){let e=this.duration_ms/1e3,r=Math.max(1,Math.floor(this.width_px/Ss)),n=Es.find(o=>e/o<=r)??7200,s=[];for(let o=0;o<e;o+=n)s.push(o);return s}render_parties(e,r){return h`<div class="parties ${e}">
            <span class="role">${u(e==="caller"?"lane_caller":"lane_called")}</span>
            ${r.map(n=>h`<span class="party">
                        <span class="name">${q(n)}</span>
                        <span class="number">${$e(n)}</span>
                    </span>`)}
        </div>`}render_moment(e){let r=`left:${e.at*100}%`;return h`<div
            class="moment moment-${e.sign} ${e.lane}"
            .style=${r}
        ></div>`}render_flag({moment:e,row:r,left_px:n,words:s}){let o=`left:${n}px;top:${r*Zi}rem`;return h`<span class="flag ${e.lane}" .style=${o}
            >${ht(e.sign)}${s?e.label:f}</span
        >`}render_flags(){if(this.moments.length===0)return f;let e=1+Math.max(0,...this.flags.map(({row:r})=>r));return h`<div
            class="flags"
            aria-hidden="true"
            .style=${`height:${e*Zi}rem`}
        >
            ${this.flags.map(r=>this.render_flag(r))}
        </div>`}render_stretch(e){let r=`left:${e.start*100}%;width:${e.length*100}%`,{cause:n,lane:s,mark:o}=e,a=`cause cause-${n} ${s} ${o?"mark":""}`;return h`<div class=${a} .style=${r}></div>`}render_tick(e){let r=`left:${e/(this.duration_ms/1e3)*100}%`;return h`<span class="tick" .style=${r}>${U(e*1e3)}</span>`}render(){let e=this.duration_ms/1e3,r=n=>j(Math.floor(n)*1e3,"long");return h`
            ${this.render_parties("caller",this.left)}
            <div
                class="board"
                role="slider"
                tabindex="0"
                aria-label=${u("position")}
                aria-valuemin="0"
                aria-valuemax=${Math.floor(e)}
                aria-valuenow=${Math.floor(this.position_s)}
                aria-valuetext=${u("position_value",{now:r(this.position_s),total:r(e)})}
                @keydown=${this.key_down}
            >
                <div class="lane left"></div>
                <div class="lane right"></div>
                <div class="facts">${this.stretches.map(n=>this.render_stretch(n))}</div>
                ${this.note?h`<p class="note">${this.note}</p>`:f}
                <div class="wave"></div>
                <div class="moments">${this.moments.map(n=>this.render_moment(n))}</div>
            </div>
            ${this.render_parties("called",this.right)} ${this.render_flags()}
            <div class="ruler" aria-hidden="true">
                ${this.ticks().map(n=>this.render_tick(n))}
            </div>
        `}};N.styles=[A,mt,fi],m([x({attribute:!1})],N.prototype,"media",2),m([x({attribute:!1})],N.prototype,"duration_ms",2),m([x({attribute:!1})],N.prototype,"peaks",2),m([x({attribute:!1})],N.prototype,"stretches",2),m([x({attribute:!1})],N.prototype,"moments",2),m([x({attribute:!1})],N.prototype,"left",2),m([x({attribute:!1})],N.prototype,"right",2),m([x()],N.prototype,"note",2),m([v()],N.prototype,"position_s",2),m([v()],N.prototype,"width_px",2),m([T(".wave")],N.prototype,"wave",2),N=m([R("recorder-lanes")],N);var Cs=["fact_side","codec","packets_received","packets_lost","packets_late","packets_duplicate","packets_ignored","packets_refused"],Ps=["fact_side","quality","jitter","speech","longest_silence"],yt="–",Re=class extends S{constructor(){super(),new P(this)}measured_texts({quality:t,speech_ms:e,longest_silence_ms:r}){let{duration_ms:n}=this.recording,s=e!==null&&n>0?e/n:0;return[t?u("quality_value",{mos:Ft(t.mos,2),r:Ft(t.r_factor,1)}):yt,t?Br(t.jitter_us):yt,e===null?yt:u("speech_value",{time:j(e),share:Ur(s)}),r===null?yt:j(r)]}render_summary(t){let{talk_over_ms:e}=this.recording,r=t.some(s=>s.quality!==null),n=[];return typeof e=="number"&&n.push(u("talk_over",{time:j(e)})),r&&n.push(u("quality_hint")),n.length>0?h`<p class="hint">${n.join(" ")}</p>`:f}figure_texts(t){let e=[t.packets_received,t.packets_lost,t.packets_late,t.packets_duplicate,t.packets_ignored,t.packets_refused];return[t.codec,...e.map(I)]}render_leg(t,e){let r=u(t.channel==="left"?"lane_caller":"lane_called"),n=(this.recording.legs?.length??0)>2;return h`<tr>
            <th scope="row">
                ${r}${n?h` · ${Se(this.recording,t)}`:f}
            </th>
            ${e.map(s=>h`<td>${s}</td>`)}
        </tr>`}render_table(t,e,r){let n=this.recording.legs??[];return h`<div class="scroll" tabindex="0" role="group" aria-label=${u("technical")}>
            <table class=${t}>
                <thead>
                    <tr>
                        ${e.map(s=>h`<th scope="col">${u(s)}</th>`)}
                    </tr>
                </thead>
                <tbody>
                    ${n.map(s=>this.render_leg(s,r(s)))}
                </tbody>
            </table>
        </div>`}render(){let t=this.recording.legs??[];return h`<details>
            <summary>${u("technical")}</summary>
            ${t.length>0?h`${this.render_table("measured",Ps,e=>this.measured_texts(e))}
                          ${this.render_summary(t)}
                          ${this.render_table("counted",Cs,e=>this.figure_texts(e))}`:f}
            <p class="hint">${u("identifier")}: <code>${this.recording.id}</code></p>
        </details>`}};Re.styles=[A,E`
            :host {
                display: block;
                min-width: 0;
            }
            .hint {
                margin-top: 0.6rem;
                overflow-wrap: anywhere;
            }
            .scroll {
                overflow-x: auto;
                margin-top: 0.4rem;
                border: 1px solid var(--line);
                border-radius: 8px;
            }
            table {
                width: 100%;
                border-collapse: collapse;
                font-size: 0.875rem;
                font-variant-numeric: tabular-nums;
            }
            th,
            td {
                padding: 0.4rem 0.7rem;
                text-align: left;
                white-space: nowrap;
            }
            thead {
                background: var(--sunken);
                color: var(--muted);
            }
            tbody tr {
                border-top: 1px solid var(--line);
            }
        `],m([x({attribute:!1})],Re.prototype,"recording",2),Re=m([R("recorder-legs")],Re);function wt(i){return i.state==="sealed"||i.state==="recovered"}function Ji({recording:i,parts:t}){let e=t.findIndex(r=>r.id===i.id);return e<0?null:t.slice(e+1).find(wt)??null}async function en(i,t){let e=await Ar(i,t),[r,n]=wt(e)?await Promise.allSettled([Tr(i,t),Lr(i,t)]):[null,null],s=r?.status==="fulfilled"?r.value:[],o=n?.status==="fulfilled"?n.value:null,a=e.conversation?.recordings??[],{duration_ms:l,legs:d=[]}=e;return{recording:e,parts:a.length>1?a:[],facts:si(s),facts_failed:r?.status==="rejected",lanes:vi(o,l),stretches:hi(s,d,l),moments:pi(s,d,l),waveform_note:n?.status==="rejected"?"waveform_failed":o?"":"no_waveform"}}var tn=E`
    :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.25rem;
        padding: clamp(1rem, 2.5vw, 1.75rem);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
    }
    header {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.9rem 1rem;
        align-items: start;
    }
    header > :not(.close, .title) {
        grid-column: 1 / -1;
    }
    .title {
        order: -1;
        min-width: 0;
    }
    h2 {
        width: fit-content;
        border-radius: 4px;
        font-size: 1.5rem;
        overflow-wrap: anywhere;
    }
    .below {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        margin-top: 0.25rem;
    }
    .number {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
    }
    .close .narrow {
        display: none;
    }
    .close .wide {
        display: inline-flex;
    }
    .close {
        padding: 0.4rem 0.6rem;
    }
    dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem 2rem;
    }
    dt {
        color: var(--muted);
        font-size: 0.8125rem;
    }
    dd {
        font-size: 0.9375rem;
    }
    .direction {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.35rem;
    }
    .direction .icon {
        width: 1.1rem;
        height: 1.1rem;
        color: var(--accent);
    }
    .badge {
        min-height: 1.5rem;
    }
    .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
    }
    .play {
        min-width: 8.5rem;
        min-height: 2.75rem;
    }
    .skip {
        min-height: 2.75rem;
        font-variant-numeric: tabular-nums;
    }
    .clock {
        margin-inline: 0.4rem auto;
        font-size: 1.125rem;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
    }
    #position {
        font-weight: 600;
    }
    .total {
        color: var(--muted);
    }
    .next {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.9rem;
    }
    .next .hint {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
    }
    .browser {
        display: grid;
        gap: 0.35rem;
    }
    audio {
        display: block;
        width: 100%;
        height: 2.75rem;
    }
    @media (max-width: 899px) {
        header {
            grid-template-columns: minmax(0, 1fr);
        }
        .title {
            order: 0;
        }
        .close {
            justify-self: start;
            margin-left: -0.6rem;
        }
        .close .narrow {
            display: inline-flex;
            align-items: center;
            gap: 0.25rem;
        }
        .close .wide {
            display: none;
        }
    }
    @media (max-width: 479px) {
        .controls {
            display: grid;
            grid-template-columns: 1fr 2fr 1fr;
        }
        .play,
        .skip {
            min-width: 0;
            padding-inline: 0.4rem;
        }
        .controls > a {
            grid-column: 1 / -1;
        }
        .clock {
            grid-column: 1 / -1;
            margin: 0;
            text-align: center;
        }
        h2 {
            font-size: 1.25rem;
        }
    }
`;var rn=10,H=class extends S{constructor(){super();this.recording_id="";this.loaded=null;this.problem=null;this.playback_problem="";this.playing=!1;this.ended=!1;this.position_s=0;this.media=document.createElement("audio");this.aborter=new AbortController;this.play_id="";this.heading_held=!1;new P(this),this.media.controls=!0,this.media.preload="none";for(let e of["play","pause","ended","seeked"])this.media.addEventListener(e,()=>{this.playing=!this.media.paused,this.ended=this.media.ended});this.media.addEventListener("error",()=>{this.playback_failed()})}disconnectedCallback(){super.disconnectedCallback(),this.aborter.abort(),this.unload_media()}focus_heading(){this.heading?.focus()}willUpdate(e){e.has("recording_id")&&this.recording_id&&this.load();let r=this.renderRoot?.activeElement;this.heading_held=!!r&&r===this.heading}updated(){this.heading_held&&this.shadowRoot?.activeElement!==this.heading&&this.focus_heading()}unload_media(){this.media.pause(),this.media.hasAttribute("src")&&(this.media.removeAttribute("src"),this.media.load())}async load(){this.aborter.abort(),this.aborter=new AbortController;let{signal:e}=this.aborter;this.unload_media(),this.loaded=null,this.problem=null,this.playback_problem="",this.position_s=0,this.ended=!1,this.play_id=this.play_id===this.recording_id?this.play_id:"";try{let r=await en(this.recording_id,e);e.aborted||(this.media.src=Nt(this.recording_id),this.loaded=r,await this.play_if_asked())}catch(r){!e.aborted&&!rt(r)&&this.fail(r)}}async play_if_asked(){let e=this.play_id===this.recording_id;this.play_id="",await this.updateComplete,await this.lanes?.updateComplete,e&&await this.toggle()}fail(e){this.problem=e,ue(e)&&this.dispatchEvent(new Event("session-over"))}async playback_failed(){let e=this.recording_id;if(!this.media.hasAttribute("src"))return;let r=await Dr(e);e===this.recording_id&&(this.playback_problem=r?se(r):u("problem_playback"),ue(r)&&this.dispatchEvent(new Event("session-over")))}async toggle(){this.playback_problem="";try{await this.lanes?.toggle()}catch{}}skip(e){this.lanes?.seek(this.position_s+e)}open(e){this.dispatchEvent(new CustomEvent("open",{detail:e}))}play_next(e){this.play_id=e.id,this.open(e.id)}close(){this.dispatchEvent(new Event("close"))}render_close(){return h`<button class="button quiet close" @click=${this.close}>
            <span class="narrow">${Yr()}${u("back_to_list")}</span>
            <span class="wide"
                >${Xr()}<span class="visually-hidden">${u("close")}</span></span
            >
        </button>`}render_header(e){let{other:r}=qe(e),n=new Date(e.started_at),s=e.ended_at?new Date(e.ended_at):null,o=$e(r);return h`<header>
            ${this.render_close()}
            <div class="title">
                <h2 tabindex="-1">${q(r)}</h2>
                <p class="below">
                    ${o?h`<span class="number">${o}</span>`:f}
                    <span class="badge ${e.state}"
                        ><span class="visually-hidden">${u("state")} </span>${u(`state_${e.state}`)}</span
                    >
                </p>
            </div>
            <dl>
                <div>
                    <dt>${u("when")}</dt>
                    <dd>${zr(n,s)}</dd>
                </div>
                <div>
                    <dt>${u("direction")}</dt>
                    <dd class="direction">
                        ${ot(e.direction)}${dt(e.direction)}
                        ${ct(e)}
                    </dd>
                </div>
                ${e.ended_at?h`<div>
                              <dt>${u("duration")}</dt>
                              <dd>${j(e.duration_ms)}</dd>
                          </div>`:f}
            </dl>
        </header>`}render_controls(e){let r=this.playing?"pause":"play",n=U(this.position_s*1e3);return h`<div class="controls">
            <button
                class="button skip"
                aria-label=${`−10 s, ${u("back_10")}`}
                @click=${()=>this.skip(-rn)}
            >
                −10 s
            </button>
            <button class="button primary play" @click=${this.toggle}>
                ${this.playing?Gr():Kr()}${u(r)}
            </button>
            <button
                class="button skip"
                aria-label=${`+10 s, ${u("forward_10")}`}
                @click=${()=>this.skip(rn)}
            >
                +10 s
            </button>
            <p class="clock">
                <span id="position">${n}</span>
                <span class="total">/ ${U(e.duration_ms)}</span>
            </p>
            <a class="button" href=${Or(e.id)} download>
                ${Zr()}${u("download")}
            </a>
        </div>`}render_next(e){let r=this.ended?Ji(e):null;return h`<p class="visually-hidden" role="status">
                ${r?u("part_ended"):f}
            </p>
            ${r?this.render_next_button(r,e.recording):f}`}render_next_button(e,r){let n=st(new Date(e.started_at),new Date(r.started_at));return h`<div class="next">
            <button class="button" @click=${()=>this.play_next(e)}>
                ${Vr()}${u("play_next_part")}
            </button>
            <span class="hint"
                >${n} · ${q(e.caller)} <span aria-hidden="true">→</span
                ><span class="visually-hidden">${u("party_to")}</span>
                ${q(e.called)}</span
            >
        </div>`}render_audio(e){let{recording:r}=e;return h`
            ${this.render_controls(r)} ${this.render_next(e)}
            ${this.playback_problem?h`<p class="notice problem" role="alert">
                          ${B()}<span>${this.playback_problem}</span>
                      </p>`:f}
            <recorder-lanes
                .media=${this.media}
                .duration_ms=${r.duration_ms}
                .peaks=${e.lanes}
                .stretches=${e.stretches}
                .moments=${e.moments}
                .left=${Ut(r,"left")}
                .right=${Ut(r,"right")}
                .note=${e.waveform_note?u(e.waveform_note):""}
                @position=${n=>this.position_s=n.detail}
                @toggle=${this.toggle}
            ></recorder-lanes>
            <recorder-facts
                .recording=${r}
                .facts=${e.facts.stretch}
                .failed=${e.facts_failed}
                @jump=${n=>this.lanes?.seek(n.detail)}
            ></recorder-facts>
            ${this.render_events(e)}
            <div class="browser">
                <p class="hint" id="browser-player">${u("browser_player")}</p>
                ${this.media}
            </div>
        `}render_events({recording:e,facts:r}){return r.people.length+r.technical.length===0?f:h`<recorder-events
            .recording=${e}
            .people=${r.people}
            .technical=${r.technical}
            @jump=${n=>this.lanes?.seek(n.detail)}
        ></recorder-events>`}render_conversation({recording:e,parts:r}){return r.length===0?f:h`<recorder-conversation
            .parts=${r}
            .current=${e.id}
            @open=${n=>this.open(n.detail)}
        ></recorder-conversation>`}render_note(e){if(e.state==="sealed")return f;let r={recording:"",recovered:"caution",failed:"problem"}[e.state];return h`<p class="notice ${r}">
            ${B()}<span>${u(`note_${e.state}`)}</span>
        </p>`}render_waiting(){return h`<header>
            ${this.render_close()}
            <div class="title"><h2 tabindex="-1">${u("call")}</h2></div>
            ${this.problem?h`<p class="notice problem" role="alert">
                              ${B()}<span>${se(this.problem)}</span>
                          </p>
                          <p>
                              <button class="button" @click=${this.load}>
                                  ${u("try_again")}
                              </button>
                          </p>`:h`<p class="hint" role="status">${u("loading")}</p>`}
        </header>`}render(){if(!this.loaded)return this.render_waiting();let{recording:e}=this.loaded;return this.media.setAttribute("aria-label",u("browser_player")),h`
            ${this.render_header(e)} ${this.render_conversation(this.loaded)}
            ${this.render_note(e)}
            ${wt(e)?this.render_audio(this.loaded):e.state==="recording"?h`<p>
                            <button class="button" @click=${this.load}>${u("reload")}</button>
                        </p>`:f}
            <recorder-legs .recording=${e}></recorder-legs>
        `}};H.styles=[A,tn],m([x({attribute:!1})],H.prototype,"recording_id",2),m([v()],H.prototype,"loaded",2),m([v()],H.prototype,"problem",2),m([v()],H.prototype,"playback_problem",2),m([v()],H.prototype,"playing",2),m([v()],H.prototype,"ended",2),m([v()],H.prototype,"position_s",2),m([T("recorder-lanes")],H.prototype,"lanes",2),m([T("h2")],H.prototype,"heading",2),H=m([R("recorder-player")],H);var Ms=1e3,G=class extends S{constructor(){super();this.message="";this.busy=!1;this.problem=null;this.missing="";this.wait_s=0;this.wait_said_s=0;this.timer=0;new P(this)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}firstUpdated(){this.customer_input.focus()}count_down(e){clearInterval(this.timer),this.wait_s=Math.max(1,Math.ceil(e)),this.wait_said_s=this.wait_s,this.timer=window.setInterval(()=>{this.wait_s-=1,this.wait_s<=0&&clearInterval(this.timer)},Ms)}find_missing(){return this.missing="",this.customer_input.value.trim()?this.pin_input.value||(this.missing="pin",this.pin_input.focus()):(this.missing="customer",this.customer_input.focus()),this.missing!==""}refused(e){this.problem=e,e instanceof O&&e.status===429&&this.count_down(e.retry_after_s),this.pin_input.value="",this.pin_input.focus()}async submit(e){if(e.preventDefault(),!(this.busy||this.wait_s>0)&&(this.problem=null,!this.find_missing())){this.busy=!0;try{await Cr(this.customer_input.value.replace(/\s/g,""),this.pin_input.value),this.dispatchEvent(new Event("signed-in"))}catch(r){this.refused(r)}finally{this.busy=!1}}}problem_text(){if(this.missing)return u(this.missing==="pin"?"fill_pin":"fill_customer");if(this.problem instanceof O)switch(this.problem.status){case 400:case 401:return u("wrong_pin");case 429:return this.wait_s>0?u("wait_seconds",{seconds:ut(this.wait_s)}):u("wait_over")}return this.problem?se(this.problem):""}render_problem(){let e=this.problem_text();if(!e)return this.message?h`<p class="notice">${B()}<span>${u(this.message)}</span></p>`:f;let r=this.wait_s>0;return h`<p class="notice problem" id="problem">
            ${B()}<span aria-hidden=${r?"true":"false"}>${e}</span>
            ${r?h`<span class="visually-hidden"
                      >${u("wait_seconds",{seconds:ut(this.wait_said_s)})}</span
                  >`:f}
        </p>`}render_field(e,r){let n=this.missing===e||this.problem instanceof O&&this.problem.status===401;return h`<div class="field">
            <label for=${e}>${r}</label>
            <input
                id=${e}
                name=${e}
                type=${e==="pin"?"password":"text"}
                inputmode="numeric"
                autocomplete=${e==="pin"?"current-password":"username"}
                maxlength="64"
                required
                aria-invalid=${n?"true":"false"}
                aria-describedby=${this.problem_text()?"problem":f}
            />
        </div>`}render(){let e=this.busy||this.wait_s>0;return h`<main>
            <form novalidate aria-labelledby="title" @submit=${this.submit}>
                <div class="mark">${at()}<span>${u("product")}</span></div>
                <div>
                    <h1 id="title">${u("sign_in_title")}</h1>
                    <p class="lead">${u("sign_in_lead")}</p>
                </div>
                <div role="alert">${this.render_problem()}</div>
                ${this.render_field("customer",u("customer_number"))}
                ${this.render_field("pin",u("pin"))}
                <button class="button primary" aria-disabled=${e?"true":"false"}>
                    ${u(this.busy?"signing_in":"sign_in")}
                </button>
            </form>
        </main>`}};G.styles=[A,E`
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
        `],m([x()],G.prototype,"message",2),m([v()],G.prototype,"busy",2),m([v()],G.prototype,"problem",2),m([v()],G.prototype,"missing",2),m([v()],G.prototype,"wait_s",2),m([v()],G.prototype,"wait_said_s",2),m([T("#customer")],G.prototype,"customer_input",2),m([T("#pin")],G.prototype,"pin_input",2),G=m([R("recorder-sign-in")],G);var Rs=[["da","Dansk"],["en","English"]];function As(i,t){return i.number===t.number&&i.from===t.from&&i.to===t.to}var z=class extends S{constructor(){super();this.phase="starting";this.session=null;this.route=Ue();this.filter=this.route;this.sign_in_message="";this.problem=null;this.popped=()=>this.show(Ue());this.page_shown=e=>{e.persisted&&this.session&&this.find_session("signed_out_idle")};this.key_down=e=>{e.key==="Escape"&&this.route.id&&!e.defaultPrevented&&this.close_call()};new P(this)}connectedCallback(){super.connectedCallback(),window.addEventListener("popstate",this.popped),window.addEventListener("keydown",this.key_down),window.addEventListener("pageshow",this.page_shown),this.find_session("")}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener("popstate",this.popped),window.removeEventListener("keydown",this.key_down),window.removeEventListener("pageshow",this.page_shown)}updated(){document.documentElement.lang=L.code;let e=this.phase==="signed-out"?u("sign_in_title"):u("calls");document.title=`${e} · ${u("product")}`}async find_session(e){try{this.session=await Mr(),this.phase="signed-in",this.sign_in_message=""}catch(r){ue(r)?this.leave(e):(this.problem=r,this.phase="failed")}}async signed_in(){await this.find_session(""),await this.updateComplete,this.main?.focus()}leave(e){this.session=null,this.sign_in_message=e,this.phase="signed-out"}async sign_out(){try{await Pr()}catch(e){if(!ue(e)){this.problem=e;return}}this.go({number:"",from:"",to:"",id:""}),this.leave("signed_out")}show(e){if(this.route=e,!As(e,this.filter)){let{number:r,from:n,to:s}=e;this.filter={number:r,from:n,to:s}}}go(e){let r=ke(e);r!==location.pathname+location.search&&history.pushState(null,"",r),this.show(e)}async open_call(e){this.go({...this.route,id:e}),await this.updateComplete,this.player?.focus_heading(),matchMedia("(max-width: 899px)").matches&&window.scrollTo({top:0})}async close_call(){let{id:e}=this.route;this.go({...this.route,id:""}),await this.updateComplete,this.list?.focus_row(e)}render_language(){return h`<div class="languages" role="group" aria-label=${u("language")}>
            ${Rs.map(([e,r])=>h`<button
                        lang=${e}
                        aria-pressed=${L.code===e?"true":"false"}
                        @click=${()=>L.choose(e)}
                    >
                        ${r}
                    </button>`)}
        </div>`}render_header(){let{session:e}=this;return h`<header>
            ${e?h`<button class="skip" @click=${()=>this.main?.focus()}>
                          ${u("skip_to_content")}
                      </button>
                      <p class="product">${at()}<span>${u("product")}</span></p>`:h`<span></span>`}
            <div class="tools">
                ${e?h`<p class="who">
                          <span class="visually-hidden">${u("signed_in_as")}</span>
                          <strong>${e.name||e.customer}</strong>
                          ${e.name?h`<span>${e.customer}</span>`:f}
                      </p>`:f}
                ${this.render_language()}
                ${e?h`<button class="button sign-out" @click=${this.sign_out}>
                          ${u("sign_out")}
                      </button>`:f}
            </div>
        </header>`}render_detail(){let{id:e}=this.route;return e?h`<recorder-player
            .recording_id=${e}
            @close=${this.close_call}
            @open=${r=>this.open_call(r.detail)}
            @session-over=${()=>this.leave("signed_out_idle")}
        ></recorder-player>`:h`<div class="choose">
                ${lt()}
                <p class="choose-title">${u("choose_title")}</p>
                <p>${u("choose_text")}</p>
            </div>`}render_calls(){return h`<main id="calls" tabindex="-1" class=${this.route.id?"open":""}>
            <div class="find">
                <h1>${u("calls")}</h1>
                ${this.problem?this.render_problem():f}
                <recorder-filter
                    .filter=${this.filter}
                    @filter=${e=>this.go({...e.detail,id:this.route.id})}
                ></recorder-filter>
                <recorder-list
                    .filter=${this.filter}
                    .selected=${this.route.id}
                    @open=${e=>this.open_call(e.detail)}
                    @session-over=${()=>this.leave("signed_out_idle")}
                ></recorder-list>
            </div>
            <section class="detail" aria-label=${u("call")}>${this.render_detail()}</section>
        </main>`}render_problem(){return h`<p class="notice problem" role="alert">
            ${B()}<span>${se(this.problem)}</span>
        </p>`}retry(){this.problem=null,this.phase="starting",this.find_session("")}render_phase(){switch(this.phase){case"starting":return h`<p class="starting" role="status">${u("loading")}</p>`;case"signed-out":return h`<recorder-sign-in
                    .message=${this.sign_in_message}
                    @signed-in=${this.signed_in}
                ></recorder-sign-in>`;case"signed-in":return this.render_calls();case"failed":return h`<main class="failed">
                    ${this.render_problem()}
                    <button class="button" @click=${this.retry}>${u("try_again")}</button>
                </main>`}}render(){return h`${this.render_header()} ${this.render_phase()}`}};z.styles=[A,Nr],m([v()],z.prototype,"phase",2),m([v()],z.prototype,"session",2),m([v()],z.prototype,"route",2),m([v()],z.prototype,"filter",2),m([v()],z.prototype,"sign_in_message",2),m([v()],z.prototype,"problem",2),m([T("recorder-list")],z.prototype,"list",2),m([T("recorder-player")],z.prototype,"player",2),m([T("main")],z.prototype,"main",2),z=m([R("recorder-app")],z);
