var pr=Object.defineProperty;var hn=Object.getOwnPropertyDescriptor;var pn=(i,t)=>{for(var e in t)pr(i,e,{get:t[e],enumerable:!0})};var m=(i,t,e,r)=>{for(var n=r>1?void 0:r?hn(t,e):t,s=i.length-1,o;s>=0;s--)(o=i[s])&&(n=(r?o(t,e,n):o(n))||n);return r&&n&&pr(t,e,n),n};var et=globalThis,tt=et.ShadowRoot&&(et.ShadyCSS===void 0||et.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,Ct=Symbol(),mr=new WeakMap,De=class{constructor(t,e,r){if(this._$cssResult$=!0,r!==Ct)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=t,this.t=e}get styleSheet(){let t=this.o,e=this.t;if(tt&&t===void 0){let r=e!==void 0&&e.length===1;r&&(t=mr.get(e)),t===void 0&&((this.o=t=new CSSStyleSheet).replaceSync(this.cssText),r&&mr.set(e,t))}return t}toString(){return this.cssText}},fr=i=>new De(typeof i=="string"?i:i+"",void 0,Ct),E=(i,...t)=>{let e=i.length===1?i[0]:t.reduce((r,n,s)=>r+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(n)+i[s+1],i[0]);return new De(e,i,Ct)},gr=(i,t)=>{if(tt)i.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of t){let r=document.createElement("style"),n=et.litNonce;n!==void 0&&r.setAttribute("nonce",n),r.textContent=e.cssText,i.appendChild(r)}},Pt=tt?i=>i:i=>i instanceof CSSStyleSheet?(t=>{let e="";for(let r of t.cssRules)e+=r.cssText;return fr(e)})(i):i;var{is:mn,defineProperty:fn,getOwnPropertyDescriptor:gn,getOwnPropertyNames:_n,getOwnPropertySymbols:vn,getPrototypeOf:bn}=Object,rt=globalThis,_r=rt.trustedTypes,yn=_r?_r.emptyScript:"",wn=rt.reactiveElementPolyfillSupport,Oe=(i,t)=>i,Ne={toAttribute(i,t){switch(t){case Boolean:i=i?yn:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,t){let e=i;switch(t){case Boolean:e=i!==null;break;case Number:e=i===null?null:Number(i);break;case Object:case Array:try{e=JSON.parse(i)}catch{e=null}}return e}},it=(i,t)=>!mn(i,t),vr={attribute:!0,type:String,converter:Ne,reflect:!1,useDefault:!1,hasChanged:it};Symbol.metadata??=Symbol("metadata"),rt.litPropertyMetadata??=new WeakMap;var oe=class extends HTMLElement{static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(t,e=vr){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(t)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(t,e),!e.noAccessor){let r=Symbol(),n=this.getPropertyDescriptor(t,r,e);n!==void 0&&fn(this.prototype,t,n)}}static getPropertyDescriptor(t,e,r){let{get:n,set:s}=gn(this.prototype,t)??{get(){return this[e]},set(o){this[e]=o}};return{get:n,set(o){let a=n?.call(this);s?.call(this,o),this.requestUpdate(t,a,r)},configurable:!0,enumerable:!0}}static getPropertyOptions(t){return this.elementProperties.get(t)??vr}static _$Ei(){if(this.hasOwnProperty(Oe("elementProperties")))return;let t=bn(this);t.finalize(),t.l!==void 0&&(this.l=[...t.l]),this.elementProperties=new Map(t.elementProperties)}static finalize(){if(this.hasOwnProperty(Oe("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(Oe("properties"))){let e=this.properties,r=[..._n(e),...vn(e)];for(let n of r)this.createProperty(n,e[n])}let t=this[Symbol.metadata];if(t!==null){let e=litPropertyMetadata.get(t);if(e!==void 0)for(let[r,n]of e)this.elementProperties.set(r,n)}this._$Eh=new Map;for(let[e,r]of this.elementProperties){let n=this._$Eu(e,r);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(t){let e=[];if(Array.isArray(t)){let r=new Set(t.flat(1/0).reverse());for(let n of r)e.unshift(Pt(n))}else t!==void 0&&e.push(Pt(t));return e}static _$Eu(t,e){let r=e.attribute;return r===!1?void 0:typeof r=="string"?r:typeof t=="string"?t.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(t=>this.enableUpdating=t),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(t=>t(this))}addController(t){(this._$EO??=new Set).add(t),this.renderRoot!==void 0&&this.isConnected&&t.hostConnected?.()}removeController(t){this._$EO?.delete(t)}_$E_(){let t=new Map,e=this.constructor.elementProperties;for(let r of e.keys())this.hasOwnProperty(r)&&(t.set(r,this[r]),delete this[r]);t.size>0&&(this._$Ep=t)}createRenderRoot(){let t=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return gr(t,this.constructor.elementStyles),t}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(t=>t.hostConnected?.())}enableUpdating(t){}disconnectedCallback(){this._$EO?.forEach(t=>t.hostDisconnected?.())}attributeChangedCallback(t,e,r){this._$AK(t,r)}_$ET(t,e){let r=this.constructor.elementProperties.get(t),n=this.constructor._$Eu(t,r);if(n!==void 0&&r.reflect===!0){let s=(r.converter?.toAttribute!==void 0?r.converter:Ne).toAttribute(e,r.type);this._$Em=t,s==null?this.removeAttribute(n):this.setAttribute(n,s),this._$Em=null}}_$AK(t,e){let r=this.constructor,n=r._$Eh.get(t);if(n!==void 0&&this._$Em!==n){let s=r.getPropertyOptions(n),o=typeof s.converter=="function"?{fromAttribute:s.converter}:s.converter?.fromAttribute!==void 0?s.converter:Ne;this._$Em=n;let a=o.fromAttribute(e,s.type);this[n]=a??this._$Ej?.get(n)??a,this._$Em=null}}requestUpdate(t,e,r,n=!1,s){if(t!==void 0){let o=this.constructor;if(n===!1&&(s=this[t]),r??=o.getPropertyOptions(t),!((r.hasChanged??it)(s,e)||r.useDefault&&r.reflect&&s===this._$Ej?.get(t)&&!this.hasAttribute(o._$Eu(t,r))))return;this.C(t,e,r)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(t,e,{useDefault:r,reflect:n,wrapped:s},o){r&&!(this._$Ej??=new Map).has(t)&&(this._$Ej.set(t,o??e??this[t]),s!==!0||o!==void 0)||(this._$AL.has(t)||(this.hasUpdated||r||(e=void 0),this._$AL.set(t,e)),n===!0&&this._$Em!==t&&(this._$Eq??=new Set).add(t))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let t=this.scheduleUpdate();return t!=null&&await t,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[n,s]of this._$Ep)this[n]=s;this._$Ep=void 0}let r=this.constructor.elementProperties;if(r.size>0)for(let[n,s]of r){let{wrapped:o}=s,a=this[n];o!==!0||this._$AL.has(n)||a===void 0||this.C(n,void 0,s,a)}}let t=!1,e=this._$AL;try{t=this.shouldUpdate(e),t?(this.willUpdate(e),this._$EO?.forEach(r=>r.hostUpdate?.()),this.update(e)):this._$EM()}catch(r){throw t=!1,this._$EM(),r}t&&this._$AE(e)}willUpdate(t){}_$AE(t){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(t)),this.updated(t)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(t){return!0}update(t){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(t){}firstUpdated(t){}};oe.elementStyles=[],oe.shadowRootOptions={mode:"open"},oe[Oe("elementProperties")]=new Map,oe[Oe("finalized")]=new Map,wn?.({ReactiveElement:oe}),(rt.reactiveElementVersions??=[]).push("2.1.2");var Ot=globalThis,br=i=>i,nt=Ot.trustedTypes,yr=nt?nt.createPolicy("lit-html",{createHTML:i=>i}):void 0,Er="$lit$",he=`lit$${Math.random().toFixed(9).slice(2)}$`,Cr="?"+he,xn=`<${Cr}>`,ve=document,Ie=()=>ve.createComment(""),We=i=>i===null||typeof i!="object"&&typeof i!="function",Nt=Array.isArray,kn=i=>Nt(i)||typeof i?.[Symbol.iterator]=="function",Mt=`[ 	
\f\r]`,je=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,wr=/-->/g,xr=/>/g,ge=RegExp(`>|${Mt}(?:([^\\s"'>=/]+)(${Mt}*=${Mt}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),kr=/'/g,$r=/"/g,Pr=/^(?:script|style|textarea|title)$/i,jt=i=>(t,...e)=>({_$litType$:i,strings:t,values:e}),h=jt(1),w=jt(2),Vs=jt(3),be=Symbol.for("lit-noChange"),f=Symbol.for("lit-nothing"),Sr=new WeakMap,_e=ve.createTreeWalker(ve,129);function Mr(i,t){if(!Nt(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return yr!==void 0?yr.createHTML(t):t}var $n=(i,t)=>{let e=i.length-1,r=[],n,s=t===2?"<svg>":t===3?"<math>":"",o=je;for(let a=0;a<e;a++){let l=i[a],d,u,p=-1,g=0;for(;g<l.length&&(o.lastIndex=g,u=o.exec(l),u!==null);)g=o.lastIndex,o===je?u[1]==="!--"?o=wr:u[1]!==void 0?o=xr:u[2]!==void 0?(Pr.test(u[2])&&(n=RegExp("</"+u[2],"g")),o=ge):u[3]!==void 0&&(o=ge):o===ge?u[0]===">"?(o=n??je,p=-1):u[1]===void 0?p=-2:(p=o.lastIndex-u[2].length,d=u[1],o=u[3]===void 0?ge:u[3]==='"'?$r:kr):o===$r||o===kr?o=ge:o===wr||o===xr?o=je:(o=ge,n=void 0);let b=o===ge&&i[a+1].startsWith("/>")?" ":"";s+=o===je?l+xn:p>=0?(r.push(d),l.slice(0,p)+Er+l.slice(p)+he+b):l+he+(p===-2?a:b)}return[Mr(i,s+(i[e]||"<?>")+(t===2?"</svg>":t===3?"</math>":"")),r]},He=class i{constructor({strings:t,_$litType$:e},r){let n;this.parts=[];let s=0,o=0,a=t.length-1,l=this.parts,[d,u]=$n(t,e);if(this.el=i.createElement(d,r),_e.currentNode=this.el.content,e===2||e===3){let p=this.el.content.firstChild;p.replaceWith(...p.childNodes)}for(;(n=_e.nextNode())!==null&&l.length<a;){if(n.nodeType===1){if(n.hasAttributes())for(let p of n.getAttributeNames())if(p.endsWith(Er)){let g=u[o++],b=n.getAttribute(p).split(he),x=/([.?@])?(.*)/.exec(g);l.push({type:1,index:s,name:x[2],strings:b,ctor:x[1]==="."?Tt:x[1]==="?"?At:x[1]==="@"?Lt:$e}),n.removeAttribute(p)}else p.startsWith(he)&&(l.push({type:6,index:s}),n.removeAttribute(p));if(Pr.test(n.tagName)){let p=n.textContent.split(he),g=p.length-1;if(g>0){n.textContent=nt?nt.emptyScript:"";for(let b=0;b<g;b++)n.append(p[b],Ie()),_e.nextNode(),l.push({type:2,index:++s});n.append(p[g],Ie())}}}else if(n.nodeType===8)if(n.data===Cr)l.push({type:2,index:s});else{let p=-1;for(;(p=n.data.indexOf(he,p+1))!==-1;)l.push({type:7,index:s}),p+=he.length-1}s++}}static createElement(t,e){let r=ve.createElement("template");return r.innerHTML=t,r}};function ke(i,t,e=i,r){if(t===be)return t;let n=r!==void 0?e._$Co?.[r]:e._$Cl,s=We(t)?void 0:t._$litDirective$;return n?.constructor!==s&&(n?._$AO?.(!1),s===void 0?n=void 0:(n=new s(i),n._$AT(i,e,r)),r!==void 0?(e._$Co??=[])[r]=n:e._$Cl=n),n!==void 0&&(t=ke(i,n._$AS(i,t.values),n,r)),t}var Rt=class{constructor(t,e){this._$AV=[],this._$AN=void 0,this._$AD=t,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(t){let{el:{content:e},parts:r}=this._$AD,n=(t?.creationScope??ve).importNode(e,!0);_e.currentNode=n;let s=_e.nextNode(),o=0,a=0,l=r[0];for(;l!==void 0;){if(o===l.index){let d;l.type===2?d=new Fe(s,s.nextSibling,this,t):l.type===1?d=new l.ctor(s,l.name,l.strings,this,t):l.type===6&&(d=new Dt(s,this,t)),this._$AV.push(d),l=r[++a]}o!==l?.index&&(s=_e.nextNode(),o++)}return _e.currentNode=ve,n}p(t){let e=0;for(let r of this._$AV)r!==void 0&&(r.strings!==void 0?(r._$AI(t,r,e),e+=r.strings.length-2):r._$AI(t[e])),e++}},Fe=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(t,e,r,n){this.type=2,this._$AH=f,this._$AN=void 0,this._$AA=t,this._$AB=e,this._$AM=r,this.options=n,this._$Cv=n?.isConnected??!0}get parentNode(){let t=this._$AA.parentNode,e=this._$AM;return e!==void 0&&t?.nodeType===11&&(t=e.parentNode),t}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(t,e=this){t=ke(this,t,e),We(t)?t===f||t==null||t===""?(this._$AH!==f&&this._$AR(),this._$AH=f):t!==this._$AH&&t!==be&&this._(t):t._$litType$!==void 0?this.$(t):t.nodeType!==void 0?this.T(t):kn(t)?this.k(t):this._(t)}O(t){return this._$AA.parentNode.insertBefore(t,this._$AB)}T(t){this._$AH!==t&&(this._$AR(),this._$AH=this.O(t))}_(t){this._$AH!==f&&We(this._$AH)?this._$AA.nextSibling.data=t:this.T(ve.createTextNode(t)),this._$AH=t}$(t){let{values:e,_$litType$:r}=t,n=typeof r=="number"?this._$AC(t):(r.el===void 0&&(r.el=He.createElement(Mr(r.h,r.h[0]),this.options)),r);if(this._$AH?._$AD===n)this._$AH.p(e);else{let s=new Rt(n,this),o=s.u(this.options);s.p(e),this.T(o),this._$AH=s}}_$AC(t){let e=Sr.get(t.strings);return e===void 0&&Sr.set(t.strings,e=new He(t)),e}k(t){Nt(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,r,n=0;for(let s of t)n===e.length?e.push(r=new i(this.O(Ie()),this.O(Ie()),this,this.options)):r=e[n],r._$AI(s),n++;n<e.length&&(this._$AR(r&&r._$AB.nextSibling,n),e.length=n)}_$AR(t=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);t!==this._$AB;){let r=br(t).nextSibling;br(t).remove(),t=r}}setConnected(t){this._$AM===void 0&&(this._$Cv=t,this._$AP?.(t))}},$e=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(t,e,r,n,s){this.type=1,this._$AH=f,this._$AN=void 0,this.element=t,this.name=e,this._$AM=n,this.options=s,r.length>2||r[0]!==""||r[1]!==""?(this._$AH=Array(r.length-1).fill(new String),this.strings=r):this._$AH=f}_$AI(t,e=this,r,n){let s=this.strings,o=!1;if(s===void 0)t=ke(this,t,e,0),o=!We(t)||t!==this._$AH&&t!==be,o&&(this._$AH=t);else{let a=t,l,d;for(t=s[0],l=0;l<s.length-1;l++)d=ke(this,a[r+l],e,l),d===be&&(d=this._$AH[l]),o||=!We(d)||d!==this._$AH[l],d===f?t=f:t!==f&&(t+=(d??"")+s[l+1]),this._$AH[l]=d}o&&!n&&this.j(t)}j(t){t===f?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,t??"")}},Tt=class extends $e{constructor(){super(...arguments),this.type=3}j(t){this.element[this.name]=t===f?void 0:t}},At=class extends $e{constructor(){super(...arguments),this.type=4}j(t){this.element.toggleAttribute(this.name,!!t&&t!==f)}},Lt=class extends $e{constructor(t,e,r,n,s){super(t,e,r,n,s),this.type=5}_$AI(t,e=this){if((t=ke(this,t,e,0)??f)===be)return;let r=this._$AH,n=t===f&&r!==f||t.capture!==r.capture||t.once!==r.once||t.passive!==r.passive,s=t!==f&&(r===f||n);n&&this.element.removeEventListener(this.name,this,r),s&&this.element.addEventListener(this.name,this,t),this._$AH=t}handleEvent(t){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)}},Dt=class{constructor(t,e,r){this.element=t,this.type=6,this._$AN=void 0,this._$AM=e,this.options=r}get _$AU(){return this._$AM._$AU}_$AI(t){ke(this,t)}};var Sn=Ot.litHtmlPolyfillSupport;Sn?.(He,Fe),(Ot.litHtmlVersions??=[]).push("3.3.3");var Rr=(i,t,e)=>{let r=e?.renderBefore??t,n=r._$litPart$;if(n===void 0){let s=e?.renderBefore??null;r._$litPart$=n=new Fe(t.insertBefore(Ie(),s),s,void 0,e??{})}return n._$AI(i),n};var It=globalThis,$=class extends oe{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let t=super.createRenderRoot();return this.renderOptions.renderBefore??=t.firstChild,t}update(t){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(t),this._$Do=Rr(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return be}};$._$litElement$=!0,$.finalized=!0,It.litElementHydrateSupport?.({LitElement:$});var En=It.litElementPolyfillSupport;En?.({LitElement:$});(It.litElementVersions??=[]).push("4.2.2");var M=i=>(t,e)=>{e!==void 0?e.addInitializer(()=>{customElements.define(i,t)}):customElements.define(i,t)};var Cn={attribute:!0,type:String,converter:Ne,reflect:!1,hasChanged:it},Pn=(i=Cn,t,e)=>{let{kind:r,metadata:n}=e,s=globalThis.litPropertyMetadata.get(n);if(s===void 0&&globalThis.litPropertyMetadata.set(n,s=new Map),r==="setter"&&((i=Object.create(i)).wrapped=!0),s.set(e.name,i),r==="accessor"){let{name:o}=e;return{set(a){let l=t.get.call(this);t.set.call(this,a),this.requestUpdate(o,l,i,!0,a)},init(a){return a!==void 0&&this.C(o,void 0,i,a),a}}}if(r==="setter"){let{name:o}=e;return function(a){let l=this[o];t.call(this,a),this.requestUpdate(o,l,i,!0,a)}}throw Error("Unsupported decorator location: "+r)};function y(i){return(t,e)=>typeof e=="object"?Pn(i,t,e):((r,n,s)=>{let o=n.hasOwnProperty(s);return n.constructor.createProperty(s,r),o?Object.getOwnPropertyDescriptor(n,s):void 0})(i,t,e)}function _(i){return y({...i,state:!0,attribute:!1})}var ye=(i,t,e)=>(e.configurable=!0,e.enumerable=!0,Reflect.decorate&&typeof t!="object"&&Object.defineProperty(i,t,e),e);function R(i,t){return(e,r,n)=>{let s=o=>o.renderRoot?.querySelector(i)??null;if(t){let{get:o,set:a}=typeof r=="object"?e:n??(()=>{let l=Symbol();return{get(){return this[l]},set(d){this[l]=d}}})();return ye(e,r,{get(){let l=o.call(this);return l===void 0&&(l=s(this),(l!==null||this.hasUpdated)&&a.call(this,l)),l}})}return ye(e,r,{get(){return s(this)}})}}var N=class extends Error{constructor(e,r="about:blank",n="",s=0){super(n||r);this.status=e;this.type=r;this.detail=n;this.retry_after_s=s;this.name="ApiProblem"}is(e){return this.type.endsWith(`/${e}`)}},Tr="/api/v1",Mn=50;async function Rn(i){let t=Number(i.headers.get("Retry-After"))||0;try{let e=await i.json();return new N(i.status,e.type,e.detail,t)}catch{return new N(i.status,void 0,void 0,t)}}async function ze(i,t={}){let e;try{e=await fetch(Tr+i,{credentials:"same-origin",...t})}catch(r){throw r instanceof DOMException&&r.name==="AbortError"?r:new N(0)}if(!e.ok)throw await Rn(e);return e}async function Ue(i,t){let e=await ze(i,t?{signal:t}:{});try{return await e.json()}catch{throw new N(0)}}function st(i){return i instanceof DOMException&&i.name==="AbortError"}async function Ar(i,t){await ze("/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({customer:i,pin:t})})}async function Lr(){await ze("/session",{method:"DELETE"})}function Dr(){return Ue("/session")}function Or(i,t){let e=new URLSearchParams({limit:String(Mn)});for(let[r,n]of Object.entries(i))n&&e.set(r,n);return Ue(`/recordings?${e}`,t)}function Se(i){return`/recordings/${encodeURIComponent(i)}`}function ot(i,t){return Ue(Se(i),t)}async function Nr(i,t,e){await ze(`${Se(i)}/${t}`,{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify(e)})}function jr(i,t,e){return Nr(i,"pause",{reason:t,leg:e})}function Ir(i){return Nr(i,"resume",{})}async function Wr(i,t){return(await Ue(`${Se(i)}/facts`,t)).facts}async function Hr(i,t){try{return await Ue(`${Se(i)}/peaks`,t)}catch(e){if(e instanceof N&&e.is("no-peaks"))return null;throw e}}async function Fr(i){try{let t={Range:"bytes=0-0"};return await(await ze(`${Se(i)}/audio`,{headers:t})).body?.cancel(),null}catch(t){return t instanceof N?t:new N(0)}}function Wt(i){return`${Tr}${Se(i)}/audio`}function zr(i,t){return`${Ht(i)}&leg=${t}`}function Ht(i){return`${Wt(i)}?download=1`}var Ur=E`
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
`;var Tn={product:"Business Recorder",skip_to_content:"Skip to the calls",language:"Language",signed_in_as:"Signed in as",sign_out:"Sign out",loading:"Loading…",sign_in_title:"Sign in",sign_in_lead:"Listen to your recorded calls.",customer_number:"Customer number",pin:"PIN",sign_in:"Sign in",signing_in:"Signing in…",fill_customer:"Enter your customer number.",fill_pin:"Enter your PIN.",wrong_pin:"The customer number or the PIN is wrong. Check both and try again.",wait_seconds:"Too many attempts. You can try again in {seconds}.",wait_over:"You can try again now.",signed_out_idle:"You have been signed out. Sign in again to go on.",signed_out:"You are signed out.",calls:"Calls",filter_label:"Find calls",filter_number:"Phone number",filter_number_hint:"A whole number or its last digits. 8830* finds numbers that begin with 8830.",filter_from:"From date",filter_to:"To date",filter_apply:"Search",filter_clear:"Clear",filter_dates_wrong:"The period ends before it begins.",filter_number_wrong:"A phone number has digits only, and * at its beginning or its end.",reload:"Reload",load_more:"Show more calls",shown_one:"1 call shown",shown_many:"{count} calls shown",shown_all:"No more calls.",empty_title:"No calls yet",empty_text:"Calls show up here as soon as they are recorded.",empty_filter_title:"No calls found",empty_filter_text:"No calls match the number and period you asked for.",try_again:"Try again",direction_in:"Incoming",direction_out:"Outgoing",direction_internal:"Internal",direction_unknown:"Call",to_number:"to {number}",from_number:"from {number}",unknown_party:"Unknown number",duration:"Length",state_recording:"Recording now",state_sealed:"Complete",state_recovered:"Recovered",state_failed:"Failed",part_of:"Part {part} of {size}",choose_title:"Choose a call",choose_text:"Pick a call in the list to listen to it.",call:"Call",conversation_title:"This conversation",conversation_lead:"{count} parts · {length} in all",conversation_going_on:"{count} parts, still going on",part_presumed:"Presumed: a call with the same number was hung up just before",part_shown:"shown here",party_to:"to",part_ended:"This part of the conversation has ended.",play_next_part:"Play the next part",close:"Close",back_to_list:"Back to the list",download:"Download",play:"Play",pause:"Pause",back_10:"Back 10 seconds",forward_10:"Forward 10 seconds",position:"Position in the call",position_value:"{now} of {total}",browser_player:"The browser’s own player",lane_caller:"Caller",lane_called:"Called",no_waveform:"No waveform for this call. It can be played all the same.",waveform_failed:"The waveform could not be fetched. The call can be played all the same.",note_recording:"This call is being recorded now. It can be played when it has ended.",note_recovered:"The recorder was interrupted during this call. What was saved can be played; the last seconds may be missing.",note_failed:"Nothing of this call can be read, so there is nothing to play.",note_damaged:"This recording was damaged after it was saved. It may not play until it has been restored.",when:"Date and time",state:"State",direction:"Direction",pause_title:"Pause the recording",pause_lead:"While something is said that must not be kept, such as the number of a card.",pause_reason:"Reason",pause_reason_hint:"It is kept with the recording.",pause_reason_missing:"Say why the recording is to be paused.",pause_side:"Whose voice",pause_recording:"Pause the recording",resume_recording:"Resume the recording",pausing:"Pausing…",resuming:"Resuming…",paused_nobody:"Both sides are being recorded.",paused_caller:"The caller is paused: what the caller says is not kept.",paused_called:"The called side is paused: what they say is not kept.",paused_both:"The recording is paused: nothing that is said is kept.",paused_unknown:"Whether the recording is paused is not known just now.",facts_title:"Not heard in this recording",facts_none:"No gaps were noted in this recording.",facts_failed:"What is missing in this recording could not be fetched.",facts_unknown:"What may be missing was not noted, since the recording was interrupted.",facts_list:"Show them one by one",facts_more:"Show more of the {count}",fact_time:"Time",fact_kind:"What",fact_side:"Who",fact_length:"Length",fact_both:"Both",fact_jump:"Go to {time}",fact_packets_one:"1 packet",fact_packets_many:"{count} packets",cause_lost:"Lost on the way",cause_late:"Came too late",cause_silent:"Nothing was sent",cause_held:"On hold",cause_paused:"Recording paused",cause_masked:"Digits masked",cause_unwritten:"Could not be stored",cause_undecodable:"Could not be decoded",cause_unreadable:"Cannot be read any more",cause_unaccounted:"Not accounted for: the recorder was cut off",cause_concealed:"Lost, and filled in",cause_overlaid:"Other sound in its place",cause_other:"Other: {cause}",group_quiet:"Quiet",group_withheld:"Withheld",group_concealed:"Filled in",group_lost:"Missing",group_undecodable:"Not understood",group_unaccounted:"Not accounted for",group_other:"Other",events_title:"During the call",events_technical:"Technical notes ({count})",event_party_joined:"{who} joined",event_party_left:"{who} left",event_somebody:"Somebody",event_codec_change:"Codec changed",event_ssrc_change:"Sound from a new source",event_stream_change:"Another stream of the call",event_stream_refused:"Stream not recorded",event_clock_corrected:"Moved to the sender’s clock",event_numbers_skipped:"Packet numbers left out",event_dtmf:"Digit pressed",event_deviation:"Departure from the standard",event_quality:"How it was received",event_own_channels:"Each kept as a channel of its own",event_mixed_only:"Not kept as a channel of its own",event_controls_untold:"Pauses not written to the log",event_documents_dropped:"Call details not kept",event_notes_dropped:"Further notes not kept",technical:"Technical details",codec:"Codec",packets_received:"Packets received",packets_lost:"Lost",packets_late:"Late",packets_duplicate:"Duplicates",packets_ignored:"Not to be heard",packets_refused:"Refused",kept_alone:"Alone",download_leg:"Download {name} alone",quality:"Quality (MOS)",quality_value:"{mos} (R {r})",jitter:"Jitter",speech:"Spoke",speech_value:"{time} ({share})",longest_silence:"Longest silence",talk_over:"Both spoke at once for {time}.",quality_hint:"MOS and R are estimates by ITU-T G.107, from the codec and the loss.",identifier:"Recording id",problem_network:"The recorder does not answer. Check your connection and try again.",problem_request:"The recorder did not understand the request.",problem_forbidden:"You have no access to this.",problem_not_found:"This call is not here. It may have been deleted.",problem_busy:"The recorder is busy. Try again in a moment.",problem_wait:"Too many requests. Try again in {seconds}.",problem_key_gone:"The key to this recording has been destroyed. It can no longer be played.",problem_damaged:"This recording is damaged and is not played. Contact your provider.",problem_keys_changed:"Recordings cannot be opened just now: the keys of the service were changed. Contact your provider.",problem_server:"Something went wrong at the recorder. Try again later.",problem_playback:"The call could not be played.",problem_call_over:"This call is no longer being recorded.",problem_not_taken:"The recorder did not take it, and nothing was changed. Try again.",problem_not_confirmed:"The recorder has not confirmed it. It may yet take effect."},An={product:"Business Recorder",skip_to_content:"Gå til opkaldene",language:"Sprog",signed_in_as:"Logget ind som",sign_out:"Log ud",loading:"Henter…",sign_in_title:"Log ind",sign_in_lead:"Hør dine optagede opkald.",customer_number:"Kundenummer",pin:"PIN-kode",sign_in:"Log ind",signing_in:"Logger ind…",fill_customer:"Skriv dit kundenummer.",fill_pin:"Skriv din PIN-kode.",wrong_pin:"Kundenummeret eller PIN-koden er forkert. Se begge efter, og prøv igen.",wait_seconds:"For mange forsøg. Du kan prøve igen om {seconds}.",wait_over:"Du kan prøve igen nu.",signed_out_idle:"Du er blevet logget ud. Log ind igen for at fortsætte.",signed_out:"Du er logget ud.",calls:"Opkald",filter_label:"Find opkald",filter_number:"Telefonnummer",filter_number_hint:"Et helt nummer eller de sidste cifre. 8830* finder numre, der begynder med 8830.",filter_from:"Fra dato",filter_to:"Til dato",filter_apply:"Søg",filter_clear:"Ryd",filter_dates_wrong:"Perioden slutter, før den begynder.",filter_number_wrong:"Et telefonnummer har kun cifre, og * først eller sidst.",reload:"Opdater",load_more:"Vis flere opkald",shown_one:"1 opkald vist",shown_many:"{count} opkald vist",shown_all:"Ikke flere opkald.",empty_title:"Ingen opkald endnu",empty_text:"Opkald vises her, så snart de bliver optaget.",empty_filter_title:"Ingen opkald fundet",empty_filter_text:"Ingen opkald passer til nummeret og perioden.",try_again:"Prøv igen",direction_in:"Indgående",direction_out:"Udgående",direction_internal:"Internt",direction_unknown:"Opkald",to_number:"til {number}",from_number:"fra {number}",unknown_party:"Ukendt nummer",duration:"Længde",state_recording:"Optages nu",state_sealed:"Komplet",state_recovered:"Gendannet",state_failed:"Mislykket",part_of:"Del {part} af {size}",choose_title:"Vælg et opkald",choose_text:"Vælg et opkald på listen for at høre det.",call:"Opkald",conversation_title:"Denne samtale",conversation_lead:"{count} dele · {length} i alt",conversation_going_on:"{count} dele, stadig i gang",part_presumed:"Formodet: et opkald med samme nummer blev lagt på lige før",part_shown:"vises her",party_to:"til",part_ended:"Denne del af samtalen er slut.",play_next_part:"Afspil næste del",close:"Luk",back_to_list:"Tilbage til listen",download:"Hent som fil",play:"Afspil",pause:"Pause",back_10:"10 sekunder tilbage",forward_10:"10 sekunder frem",position:"Sted i opkaldet",position_value:"{now} af {total}",browser_player:"Browserens egen afspiller",lane_caller:"Ringede op",lane_called:"Blev ringet op",no_waveform:"Ingen lydkurve til dette opkald. Det kan afspilles alligevel.",waveform_failed:"Lydkurven kunne ikke hentes. Opkaldet kan afspilles alligevel.",note_recording:"Dette opkald optages nu. Det kan afspilles, når det er slut.",note_recovered:"Optageren blev afbrudt under opkaldet. Det, der blev gemt, kan afspilles; de sidste sekunder kan mangle.",note_failed:"Intet af dette opkald kan læses, så der er intet at afspille.",note_damaged:"Denne optagelse er blevet beskadiget, efter at den blev gemt. Den kan muligvis ikke afspilles, før den er genoprettet.",when:"Dato og tid",state:"Tilstand",direction:"Retning",pause_title:"Sæt optagelsen på pause",pause_lead:"Mens der siges noget, som ikke må gemmes, for eksempel et kortnummer.",pause_reason:"Begrundelse",pause_reason_hint:"Den gemmes sammen med optagelsen.",pause_reason_missing:"Skriv, hvorfor optagelsen skal på pause.",pause_side:"Hvis stemme",pause_recording:"Sæt optagelsen på pause",resume_recording:"Genoptag optagelsen",pausing:"Sætter på pause…",resuming:"Genoptager…",paused_nobody:"Begge sider bliver optaget.",paused_caller:"Den, der ringede op, er på pause: det, de siger, bliver ikke gemt.",paused_called:"Den, der blev ringet op, er på pause: det, de siger, bliver ikke gemt.",paused_both:"Optagelsen er på pause: intet af det, der siges, bliver gemt.",paused_unknown:"Det vides ikke lige nu, om optagelsen er på pause.",facts_title:"Høres ikke i optagelsen",facts_none:"Der er ikke noteret huller i optagelsen.",facts_failed:"Det kunne ikke hentes, hvad der mangler i optagelsen.",facts_unknown:"Det blev ikke noteret, hvad der mangler, da optagelsen blev afbrudt.",facts_list:"Vis dem enkeltvis",facts_more:"Vis flere af de {count}",fact_time:"Tid",fact_kind:"Hvad",fact_side:"Hvem",fact_length:"Længde",fact_both:"Begge",fact_jump:"Gå til {time}",fact_packets_one:"1 pakke",fact_packets_many:"{count} pakker",cause_lost:"Gik tabt undervejs",cause_late:"Kom for sent",cause_silent:"Der blev intet sendt",cause_held:"Sat på hold",cause_paused:"Optagelsen på pause",cause_masked:"Cifre skjult",cause_unwritten:"Kunne ikke gemmes",cause_undecodable:"Kunne ikke afkodes",cause_unreadable:"Kan ikke læses længere",cause_unaccounted:"Ikke gjort rede for: optageren blev afbrudt",cause_concealed:"Gik tabt, er udfyldt",cause_overlaid:"Anden lyd på dens plads",cause_other:"Andet: {cause}",group_quiet:"Stille",group_withheld:"Holdt tilbage",group_concealed:"Udfyldt",group_lost:"Mangler",group_undecodable:"Ikke forstået",group_unaccounted:"Ikke gjort rede for",group_other:"Andet",events_title:"Undervejs i opkaldet",events_technical:"Tekniske bemærkninger ({count})",event_party_joined:"{who} kom med",event_party_left:"{who} gik fra",event_somebody:"En deltager",event_codec_change:"Codec skiftede",event_ssrc_change:"Lyd fra en ny kilde",event_stream_change:"En anden lydstrøm i opkaldet",event_stream_refused:"Lydstrøm ikke optaget",event_clock_corrected:"Flyttet efter afsenderens ur",event_numbers_skipped:"Pakkenumre sprunget over",event_dtmf:"Ciffer trykket",event_deviation:"Afvigelse fra standarden",event_quality:"Sådan blev den modtaget",event_own_channels:"Hver især gemt som en kanal for sig",event_mixed_only:"Ikke gemt som en kanal for sig",event_controls_untold:"Pauser ikke skrevet i loggen",event_documents_dropped:"Oplysninger om opkaldet ikke gemt",event_notes_dropped:"Flere bemærkninger ikke gemt",technical:"Tekniske oplysninger",codec:"Codec",packets_received:"Modtagne pakker",packets_lost:"Tabte",packets_late:"For sene",packets_duplicate:"Dubletter",packets_ignored:"Ikke til at høre",packets_refused:"Afvist",kept_alone:"Alene",download_leg:"Hent {name} alene som fil",quality:"Kvalitet (MOS)",quality_value:"{mos} (R {r})",jitter:"Jitter",speech:"Talte",speech_value:"{time} ({share})",longest_silence:"Længste stilhed",talk_over:"Begge talte på én gang i {time}.",quality_hint:"MOS og R er anslået efter ITU-T G.107, ud fra codec og tab.",identifier:"Optagelsens id",problem_network:"Optageren svarer ikke. Se efter, om du er på nettet, og prøv igen.",problem_request:"Optageren forstod ikke forespørgslen.",problem_forbidden:"Du har ikke adgang til dette.",problem_not_found:"Opkaldet findes ikke her. Det kan være slettet.",problem_busy:"Optageren har travlt. Prøv igen om lidt.",problem_wait:"For mange forespørgsler. Prøv igen om {seconds}.",problem_key_gone:"Nøglen til optagelsen er slettet. Den kan ikke længere afspilles.",problem_damaged:"Optagelsen er beskadiget og afspilles ikke. Kontakt din udbyder.",problem_keys_changed:"Optagelser kan ikke åbnes lige nu: tjenestens nøgler er blevet skiftet. Kontakt din udbyder.",problem_server:"Noget gik galt hos optageren. Prøv igen senere.",problem_playback:"Opkaldet kunne ikke afspilles.",problem_call_over:"Opkaldet bliver ikke længere optaget.",problem_not_taken:"Optageren tog ikke imod det, og intet er ændret. Prøv igen.",problem_not_confirmed:"Optageren har ikke bekræftet det. Det kan stadig træde i kraft."},Br={en:Tn,da:An};var qr="recorder-language",Ln={en:"en-GB",da:"da-DK"};function Kr(i){return i==="en"||i==="da"?i:null}function Dn(){try{return Kr(localStorage.getItem(qr))}catch{return null}}function On(i){try{localStorage.setItem(qr,i)}catch{}}function Nn(){for(let i of navigator.languages){let t=Kr(i.slice(0,2).toLowerCase());if(t)return t}return"en"}var Ft=class extends EventTarget{#e=Dn()??Nn();get code(){return this.#e}get locale(){return Ln[this.#e]}choose(t){this.#e=t,On(t),this.dispatchEvent(new Event("change"))}},L=new Ft;function c(i,t={}){return Br[L.code][i].replace(/\{(\w+)\}/g,(r,n)=>String(t[n]??r))}var C=class{#e;#t=()=>this.#e.requestUpdate();constructor(t){this.#e=t,t.addController(this)}hostConnected(){L.addEventListener("change",this.#t)}hostDisconnected(){L.removeEventListener("change",this.#t)}};var jn=864e5;function we(i){let t=String(i.getMonth()+1).padStart(2,"0"),e=String(i.getDate()).padStart(2,"0");return`${i.getFullYear()}-${t}-${e}`}function lt(i,t=0){let e=/^(\d{4})-(\d{2})-(\d{2})$/.exec(i);if(!e)return null;let[r,n,s]=[Number(e[1]),Number(e[2]),Number(e[3])],o=new Date(r,n-1,s);return we(o)!==i?null:(o.setDate(s+t),o)}function Gr(i){return i.charAt(0).toLocaleUpperCase(L.locale)+i.slice(1)}function Vr(i,t=new Date){let e=a=>new Date(a.getFullYear(),a.getMonth(),a.getDate()),r=Math.round((e(i).getTime()-e(t).getTime())/jn);if(r===0||r===-1){let a=new Intl.RelativeTimeFormat(L.locale,{numeric:"auto"});return Gr(a.format(r,"day"))}let n=i.getFullYear()===t.getFullYear()?void 0:"numeric",s={weekday:"long",day:"numeric",month:"long"},o=new Intl.DateTimeFormat(L.locale,n?{...s,year:n}:s);return Gr(o.format(i))}function zt(i){return i.toLocaleTimeString(L.locale,{hour:"2-digit",minute:"2-digit"})}function dt(i,t){return we(i)===we(t)?zt(i):i.toLocaleString(L.locale,{day:"numeric",month:"short",hour:"2-digit",minute:"2-digit"})}function Xr(i,t){let e=new Intl.DateTimeFormat(L.locale,{dateStyle:"long",timeStyle:"medium"});return t?e.formatRange(i,t):e.format(i)}function B(i){let t=Math.max(0,Math.floor(i/1e3)),e=n=>String(n).padStart(2,"0"),r=Math.floor(t/60);return r<60?`${r}:${e(t%60)}`:`${Math.floor(r/60)}:${e(r%60)}:${e(t%60)}`}function at(i,t,e,r){return new Intl.NumberFormat(L.locale,{style:"unit",unit:t,unitDisplay:r,maximumFractionDigits:e}).format(i)}function I(i,t="short"){if(i<100)return at(Math.round(i),"millisecond",0,t);if(i<9950)return at(i/1e3,"second",1,t);let e=Math.round(i/1e3);return[[Math.floor(e/3600),"hour"],[Math.floor(e/60)%60,"minute"],[e%60,"second"]].filter(([n])=>n>0).map(([n,s])=>at(n,s,0,t)).join(" ")}function F(i){return new Intl.NumberFormat(L.locale).format(i)}function Ut(i,t){return new Intl.NumberFormat(L.locale,{minimumFractionDigits:t,maximumFractionDigits:t}).format(i)}function Yr(i){return new Intl.NumberFormat(L.locale,{style:"percent"}).format(i)}function Qr(i){return at(i/1e3,"millisecond",1,"short")}function ae(i){let t=/^(\+45|0045)?(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(i);if(!t)return i;let[,e,...r]=t;return[e,...r].filter(Boolean).join(" ")}function Jr(i){return i===1?c("fact_packets_one"):c("fact_packets_many",{count:F(i)})}function q(i){return h`<svg
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
    </svg>`}var In=w`<path d="M5 10v4M10 6v12M15 9v6M20 4v16" stroke-width="2.6" />`,Wn=w`<path d="M18 6 7 17M7 8v9h9" />`,Hn=w`<path d="M6 18 17 7M8 7h9v9" />`,Fn=w`<path d="M4 9h14l-4-4M20 15H6l4 4" />`,Bt=w`<path d="M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2.2
    2A16.5 16.5 0 0 1 4.5 6.2 2 2 0 0 1 6.5 4z" />`;function ct(i){return q({in:Wn,out:Hn,internal:Fn,unknown:Bt}[i]??Bt)}var ut=()=>q(In),ht=()=>q(Bt),Zr=()=>q(w`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />`),Be=()=>q(w`<path d="M8.5 6v12M15.5 6v12" stroke-width="3.4" />`),qt=()=>q(w`<circle cx="12" cy="12" r="6" fill="currentColor" />`),ei=()=>q(w`<path d="M6 5.5v13l9-6.5z" fill="currentColor" /><path d="M18.5 6v12" />`),ti=()=>q(w`<path d="M6 6l12 12M18 6 6 18" />`),ri=()=>q(w`<path d="M14.5 5.5 8 12l6.5 6.5" />`),ii=()=>q(w`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9M20 4v5h-5" />`),ni=()=>q(w`<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />`),D=()=>q(w`<circle cx="12" cy="12" r="8.5" /><path d="M12 8v5M12 16.2v.1" />`),si=()=>q(w`<circle cx="10.5" cy="10.5" r="6" /><path d="M15 15l5 5" />`);var qe={number:"",from:"",to:""};function Ke(i=location.search){let t=new URLSearchParams(i),e=r=>{let n=t.get(r)??"";return lt(n)?n:""};return{number:t.get("number")??"",from:e("from"),to:e("to"),id:t.get("id")??""}}function Ee(i){let t=new URLSearchParams;for(let r of["number","from","to","id"])i[r]&&t.set(r,i[r]);let e=t.toString();return e?`/?${e}`:"/"}function Ge(i){return!!(i.number||i.from||i.to)}function Kt(i){let t=i.replace(/[\s()./+-]/g,"");return/^(\*\d+|\d+\*?)$/.test(t)?t.includes("*")?t:`*${t}`:null}function oi(i){return{number:i.number?Kt(i.number)??void 0:void 0,from:lt(i.from)?.toISOString(),to:lt(i.to,1)?.toISOString()}}var T=E`
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
    .field input,
    .field select {
        min-width: 0;
        min-height: 2.5rem;
        padding: 0.4rem 0.7rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: var(--text);
        font: inherit;
    }
    .field input {
        width: 100%;
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
`;var ee=class extends ${constructor(){super();this.filter=qe;this.wrong="";this.opened=matchMedia("(min-width: 900px)").matches;new C(this)}willUpdate(){this.opened||=Ge(this.filter)}find_wrong(e){return e.number&&Kt(e.number)===null?(this.number_input.focus(),"number"):e.from&&e.to&&e.from>e.to?(this.to_input.focus(),"dates"):""}ask(e){this.dispatchEvent(new CustomEvent("filter",{detail:e}))}submit(e){e.preventDefault();let r={number:this.number_input.value.trim(),from:this.from_input.value,to:this.to_input.value};this.wrong=this.find_wrong(r),this.wrong||this.ask(r)}clear(){this.wrong="",this.number_input.value="",this.from_input.value="",this.to_input.value="",this.number_input.focus(),this.ask(qe)}render_date(e,r){return h`<div class="field">
            <label for=${e}>${c(r)}</label>
            <input
                id=${e}
                type="date"
                max=${we(new Date)}
                .value=${this.filter[e]}
                aria-invalid=${this.wrong==="dates"?"true":"false"}
                aria-describedby=${this.wrong==="dates"?"wrong":f}
            />
        </div>`}render(){let e={"":"",number:c("filter_number_wrong"),dates:c("filter_dates_wrong")};return h`<details ?open=${this.opened}>
            <summary>${si()}${c("filter_label")}</summary>
            <form
                role="search"
                novalidate
                aria-label=${c("filter_label")}
                @submit=${this.submit}
            >
            <div class="field number">
                <label for="number">${c("filter_number")}</label>
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
                <p class="hint" id="hint">${c("filter_number_hint")}</p>
            </div>
            ${this.render_date("from","filter_from")} ${this.render_date("to","filter_to")}
            ${this.wrong?h`<p class="notice problem" id="wrong" role="alert">
                      ${D()}<span>${e[this.wrong]}</span>
                  </p>`:f}
            <div class="actions">
                <button class="button primary">${c("filter_apply")}</button>
                ${Ge(this.filter)||this.wrong?h`<button class="button quiet" type="button" @click=${this.clear}>
                          ${c("filter_clear")}
                      </button>`:f}
            </div>
        </form></details>`}};ee.styles=[T,E`
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
        `],m([y({attribute:!1})],ee.prototype,"filter",2),m([_()],ee.prototype,"wrong",2),m([R("#number")],ee.prototype,"number_input",2),m([R("#from")],ee.prototype,"from_input",2),m([R("#to")],ee.prototype,"to_input",2),ee=m([M("recorder-filter")],ee);var ai=E`
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
`;function Ve(i){return i.direction==="out"?{other:i.called,own:i.caller}:{other:i.caller,own:i.called}}function K(i){return i?.name?i.name:i?.number?ae(i.number):c("unknown_party")}function Ce(i){return i?.name&&i.number?ae(i.number):""}function Gt(i){return!!(i&&(i.name||i.number))}function zn(i,t){return i.number&&t.number?i.number===t.number:i.name===t.name}function Vt(i,t){let e=t==="left"?i.caller:i.called,r=(i.legs??[]).filter(s=>s.channel===t),n=Gt(e)?[e]:[];for(let{party:s}of r)Gt(s)&&!n.some(o=>zn(o,s))&&n.push(s);return n.length>0?n:[e]}function xe(i,t){let e=t.channel==="left"?i.caller:i.called;return K(Gt(t.party)?t.party:e)}function pt(i){return c({in:"direction_in",out:"direction_out",internal:"direction_internal",unknown:"direction_unknown"}[i]??"direction_unknown")}function mt(i){let{own:t}=Ve(i),e=t.number?ae(t.number):K(t);return c(i.direction==="out"?"from_number":"to_number",{number:e})}function ft(i){return I(Math.max(1,i)*1e3,"long")}var Un=[["recording-damaged","problem_damaged"],["recording-key-gone","problem_key_gone"],["master-key-replaced","problem_keys_changed"],["no-audio","note_failed"],["recording-not-in-progress","problem_call_over"],["not-taken","problem_not_taken"],["not-confirmed","problem_not_confirmed"]];function J(i){if(!(i instanceof N))return c("problem_server");let t=Un.find(([e])=>i.is(e));if(t)return c(t[1]);switch(i.status){case 0:return c("problem_network");case 401:return c("signed_out_idle");case 403:return c("problem_forbidden");case 404:case 410:return c("problem_not_found");case 409:return c("note_recording");case 429:return c("problem_wait",{seconds:ft(i.retry_after_s)});case 503:return c("problem_busy");default:return c(i.status<500?"problem_request":"problem_server")}}function te(i){return i instanceof N&&i.status===401}function Bn(i){let t=[];for(let e of i){let r=new Date(e.started_at),n=we(r),s=t.at(-1);s?.key===n?s.calls.push(e):t.push({key:n,date:r,calls:[e]})}return t}function li(i,t){return!!(i&&t&&i.conversation_id===t.conversation_id)}var G=class extends ${constructor(){super();this.filter=qe;this.selected="";this.recordings=[];this.next=null;this.busy=!1;this.settled=!1;this.problem=null;this.failed_cursor=null;this.aborter=new AbortController;new C(this)}disconnectedCallback(){super.disconnectedCallback(),this.aborter.abort()}willUpdate(e){e.has("filter")&&(this.recordings=[],this.settled=!1,this.fetch_page(null))}focus_row(e){this.renderRoot.querySelector(`a[data-id="${CSS.escape(e)}"]`)?.focus()}async fetch_page(e){this.aborter.abort(),this.aborter=new AbortController;let{signal:r}=this.aborter;this.busy=!0,this.problem=null;try{let n={...oi(this.filter),cursor:e??void 0},s=await Or(n,r);this.recordings=e?[...this.recordings,...s.recordings]:s.recordings,this.next=s.next}catch(n){if(st(n))return;this.problem=n,this.failed_cursor=e,te(n)&&this.dispatchEvent(new Event("session-over"))}this.busy=!1,this.settled=!0}reload(){this.fetch_page(null)}retry(){this.failed_cursor?this.load_more():this.fetch_page(null)}async load_more(){let e=this.recordings.length;await this.fetch_page(this.next),await this.updateComplete;let r=this.recordings[e];r&&this.focus_row(r.id)}open(e,r){e.ctrlKey||e.metaKey||e.shiftKey||e.button!==0||(e.preventDefault(),this.dispatchEvent(new CustomEvent("open",{detail:r})))}render_part({conversation_part:e,conversation_size:r=1}){return r<2?f:h`<span class="part">${c("part_of",{part:e??"?",size:r})}</span>`}render_row(e,r){let{other:n}=Ve(e),s=Ce(n),o=e.state!=="recording";return h`<li class=${r}>
            <a
                class="call ${e.direction}"
                href=${Ee({...this.filter,id:e.id})}
                data-id=${e.id}
                aria-current=${e.id===this.selected?"true":"false"}
                @click=${a=>this.open(a,e.id)}
            >
                <span class="mark">${ct(e.direction)}</span>
                <span class="who">
                    <span class="name">${K(n)}</span>
                    ${s?h`<span class="number">${s}</span>`:f}
                </span>
                <span class="time">${zt(new Date(e.started_at))}</span>
                <span class="line"
                    ><span>${pt(e.direction)} ${mt(e)}</span>
                    ${this.render_part(e)}</span
                >
                <span class="length">
                    ${o&&e.state!=="failed"?h`<span class="visually-hidden">${c("duration")} </span
                                  >${B(e.duration_ms)}`:f}
                </span>
                ${e.state==="sealed"?f:h`<span class="badge ${e.state}"
                              >${c(`state_${e.state}`)}</span
                          >`}
            </a>
        </li>`}render_day(e){let r=n=>{let s=li(e.calls[n-1],e.calls[n])?"joined-above":"",o=li(e.calls[n],e.calls[n+1])?"joined-below":"";return`${s} ${o}`.trim()};return h`<section aria-labelledby="day-${e.key}">
            <h2 id="day-${e.key}">${Vr(e.date)}</h2>
            <ul>
                ${e.calls.map((n,s)=>this.render_row(n,r(s)))}
            </ul>
        </section>`}render_empty(){let e=Ge(this.filter);return h`<div class="empty">
            ${ht()}
            <p class="empty-title">${c(e?"empty_filter_title":"empty_title")}</p>
            <p>${c(e?"empty_filter_text":"empty_text")}</p>
        </div>`}render_problem(){return h`<div class="notice problem" role="alert">
            ${D()}
            <div>
                <p>${J(this.problem)}</p>
                <button class="button" @click=${this.retry}>${c("try_again")}</button>
            </div>
        </div>`}render_end(){return this.problem&&this.failed_cursor?this.render_problem():this.next?h`<button
            class="button more"
            aria-disabled=${this.busy?"true":"false"}
            @click=${()=>!this.busy&&this.load_more()}
        >
            ${c(this.busy?"loading":"load_more")}
        </button>`:h`<p class="hint end">${c("shown_all")}</p>`}render_calls(){if(!this.settled&&this.recordings.length===0)return h`<div class="waiting" aria-hidden="true">
                ${[1,2,3,4].map(()=>h`<div></div>`)}
            </div>`;if(this.recordings.length===0)return this.problem?f:this.render_empty();let e=Bn(this.recordings);return h`${e.map(r=>this.render_day(r))} ${this.render_end()}`}count_text(){if(!this.settled||this.problem)return this.problem?"":c("loading");let e=this.recordings.length;return e===1?c("shown_one"):c("shown_many",{count:F(e)})}render(){return h`
            <div class="bar">
                <p class="hint" role="status">${this.count_text()}</p>
                <button
                    class="button quiet"
                    aria-disabled=${this.busy?"true":"false"}
                    @click=${()=>!this.busy&&this.reload()}
                >
                    ${ii()}${c("reload")}
                </button>
            </div>
            ${this.problem&&!this.failed_cursor?this.render_problem():f}
            ${this.render_calls()}
        `}};G.styles=[T,ai],m([y({attribute:!1})],G.prototype,"filter",2),m([y({attribute:!1})],G.prototype,"selected",2),m([_()],G.prototype,"recordings",2),m([_()],G.prototype,"next",2),m([_()],G.prototype,"busy",2),m([_()],G.prototype,"settled",2),m([_()],G.prototype,"problem",2),m([_()],G.prototype,"failed_cursor",2),G=m([M("recorder-list")],G);var le=class extends ${constructor(){super();this.parts=[];this.current="";new C(this)}updated(e){if((e.has("parts")||e.has("current"))&&this.list&&this.shown){let r=this.shown.offsetTop+this.shown.offsetHeight/2;this.list.scrollTop=r-this.list.clientHeight/2}}open(e,r){e.ctrlKey||e.metaKey||e.shiftKey||e.button!==0||(e.preventDefault(),this.dispatchEvent(new CustomEvent("open",{detail:r})))}render_words(e){let r=this.parts.find(s=>s.id===this.current)??e,n=new Date(e.started_at);return h`<span class="time">${dt(n,new Date(r.started_at))}</span>
            <span class="who"
                ><span class="name">${K(e.caller)}</span>
                <span aria-hidden="true">→</span
                ><span class="visually-hidden">${c("party_to")}</span>
                <span class="name">${K(e.called)}</span></span
            >
            <span class="length"
                ><span class="visually-hidden">${c("duration")} </span
                >${e.ended_at?B(e.duration_ms):"–"}</span
            >
            <span class="badge ${e.state}">${c(`state_${e.state}`)}</span>
            ${e.linked_by==="number"?h`<span class="presumed">${c("part_presumed")}</span>`:f}`}render_part(e){return e.id===this.current?h`<li>
                <div class="part" aria-current="true">
                    ${this.render_words(e)}
                    <span class="visually-hidden">${c("part_shown")}</span>
                </div>
            </li>`:h`<li>
            <a
                class="part"
                href=${Ee({...Ke(),id:e.id})}
                data-id=${e.id}
                @click=${r=>this.open(r,e.id)}
                >${this.render_words(e)}</a
            >
        </li>`}lead(){let e=F(this.parts.length);if(this.parts.some(n=>n.state==="recording"))return c("conversation_going_on",{count:e});let r=this.parts.reduce((n,s)=>n+s.duration_ms,0);return c("conversation_lead",{count:e,length:I(r)})}render(){return h`<div class="head">
                <h3 id="title">${c("conversation_title")}</h3>
                <p class="hint">${this.lead()}</p>
            </div>
            <nav aria-labelledby="title">
                <ol>
                    ${this.parts.map(e=>this.render_part(e))}
                </ol>
            </nav>`}};le.styles=[T,E`
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
        `],m([y({attribute:!1})],le.prototype,"parts",2),m([y({attribute:!1})],le.prototype,"current",2),m([R("ol")],le.prototype,"list",2),m([R("[aria-current=true]")],le.prototype,"shown",2),le=m([M("recorder-conversation")],le);var qn={party_joined:w`<path d="M8 3.5v9M3.5 8h9" />`,party_left:w`<path d="M3.5 8h9" />`,codec_change:w`<path d="M3 6h9.5L10 3.5M13 10H3.5L6 12.5" />`,ssrc_change:w`<circle cx="8" cy="8" r="2" fill="currentColor" />
        <path d="M3.6 12.4a6.2 6.2 0 0 1 0-8.8M12.4 3.6a6.2 6.2 0 0 1 0 8.8" />`,stream_change:w`<path d="M3 4.5h4l3 7h3M11 9.5l2 2-2 2" />`,stream_refused:w`<circle cx="8" cy="8" r="5" /><path d="M4.5 11.5 11.5 4.5" />`,clock_corrected:w`<circle cx="8" cy="8" r="5.2" /><path d="M8 4.8V8l2.4 1.6" />`,numbers_skipped:w`<path d="M2.5 11h3M10.5 11h3M5.5 11a2.6 4.5 0 0 1 5 0" />`,dtmf:w`<path d="M4 4h.1M8 4h.1M12 4h.1M4 8h.1M8 8h.1M12 8h.1M4 12h.1M8 12h.1M12 12h.1"
        stroke-width="2.4" />`,quality:w`<path d="M3.5 13V9.5M8 13V6.5M12.5 13V3" stroke-width="2.4" />`,own_channels:w`<path d="M3 8h4l5.5-4M7 8l5.5 4M7 8h5.5" />`,mixed_only:w`<path d="M3 4l4.5 4L3 12M7.5 8H13" />`,deviation:w`<path d="M8 3 14 13H2z" />`,controls_untold:w`<path d="M5 3v10M11 3v10M2 15 14 2" />`,documents_dropped:w`<path d="M4 2.5h5.5L12 5v8.5H4zM2 15 14 2" />`,notes_dropped:w`<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2.6" />`,other:w`<path d="M8 3.5 12.5 8 8 12.5 3.5 8z" />`};function gt(i){return h`<svg
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
        ${qn[i]}
    </svg>`}var Xt=["silent","held","paused","masked","concealed","overlaid","late","lost","undecodable","unwritten","unreadable","unaccounted"],di={quiet:["silent"],withheld:["held","paused","masked"],concealed:["concealed"],lost:["overlaid","late","lost","unwritten","unreadable"],undecodable:["undecodable"],unaccounted:["unaccounted"],other:["other"]},ci=["party_joined","party_left"],Kn=["codec_change","ssrc_change","stream_change","stream_refused","clock_corrected","numbers_skipped","dtmf","deviation","quality","own_channels","mixed_only","controls_untold","documents_dropped","notes_dropped"];function pe(i){return Xt.find(t=>t===i.cause)??"other"}function me(i){return[...ci,...Kn].find(t=>t===i.cause)??"other"}function Pe(i){return ci.some(t=>t===i.cause)?"people":me(i)!=="other"?"technical":pe(i)!=="other"||i.end_ms>i.start_ms?"stretch":"technical"}function ui(i){let t={stretch:[],people:[],technical:[]};for(let e of i)t[Pe(e)].push(e);return t}function Yt(i){let t=pe(i);return t==="other"?c("cause_other",{cause:i.cause}):c(`cause_${t}`)}function Qt(i,t){let e=i.leg===null?void 0:t[i.leg];return e?[e.channel]:["left","right"]}function Xe(i){return i==="other"?Xt.length:Xt.indexOf(i)}function Gn(i){let t=new Map;for(let e of i){let r=Yt(e),n=t.get(r)??{cause:pe(e),name:r,times:0,duration_ms:0};n.times+=1,n.duration_ms+=e.end_ms-e.start_ms,t.set(r,n)}return[...t.values()].sort((e,r)=>Xe(e.cause)-Xe(r.cause))}function hi(i){let t=Gn(i);return Object.keys(di).map(e=>{let r=di[e];return{group:e,totals:t.filter(({cause:n})=>r.includes(n))}}).filter(e=>e.totals.length>0)}function _t(i){return/^(.*\S)\s*<([^<>]*)>$/.exec(i.detail)?.[1]??i.detail}function pi(i,t){let e=me(i);if(e==="other")return c("cause_other",{cause:i.cause});let r=`event_${e}`;return c(r,{who:t||c("event_somebody")})}var mi=20,fi=200,re=class extends ${constructor(){super();this.people=[];this.technical=[];this.people_rows=mi;this.technical_rows=mi;new C(this)}jump(e){this.dispatchEvent(new CustomEvent("jump",{detail:e.start_ms/1e3}))}render_more(e){if(Pe(e)==="people"){let s=/<([^<>]+)>$/.exec(e.detail)?.[1];return s?h`<span class="more">${ae(s)}</span>`:f}let r=e.leg===null?void 0:this.recording.legs?.[e.leg],n=e.count>0?` × ${F(e.count)}`:"";return h`<span class="more"
            >${r?`${xe(this.recording,r)} · `:f}<span lang="en"
                >${e.detail.replace(" -> "," → ")}</span
            >${n}</span
        >`}render_event(e){let r=B(e.start_ms),n=ae(_t(e));return h`<li>
            <button
                class="jump"
                aria-label=${c("fact_jump",{time:r})}
                @click=${()=>this.jump(e)}
            >
                ${r}
            </button>
            ${gt(me(e))}
            <span class="what">${pi(e,n)} ${this.render_more(e)}</span>
        </li>`}render_list(e,r,n){let s=e.slice(0,r);return h`<ul>
                ${s.map(o=>this.render_event(o))}
            </ul>
            ${s.length<e.length?h`<button class="button quiet" @click=${n}>
                          ${c("facts_more",{count:F(e.length)})}
                      </button>`:f}`}render_people(){if(this.people.length===0)return f;let e=()=>this.people_rows+=fi;return h`<section class="people">
            <h3>${c("events_title")}</h3>
            ${this.render_list(this.people,this.people_rows,e)}
        </section>`}render_technical(){if(this.technical.length===0)return f;let e=F(this.technical.length),r=()=>this.technical_rows+=fi;return h`<details class="technical">
            <summary>${c("events_technical",{count:e})}</summary>
            ${this.render_list(this.technical,this.technical_rows,r)}
        </details>`}render(){return h`${this.render_people()} ${this.render_technical()}`}};re.styles=[T,E`
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
        `],m([y({attribute:!1})],re.prototype,"recording",2),m([y({attribute:!1})],re.prototype,"people",2),m([y({attribute:!1})],re.prototype,"technical",2),m([_()],re.prototype,"people_rows",2),m([_()],re.prototype,"technical_rows",2),re=m([M("recorder-events")],re);var vt=E`
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
    .cause-unreadable {
        background:
            repeating-linear-gradient(45deg, var(--fact-lost) 0 1.6px, transparent 1.6px 5px),
            repeating-linear-gradient(-45deg, var(--fact-lost) 0 1.6px, transparent 1.6px 5px);
        border: 2px solid var(--fact-lost);
    }
    .cause-unaccounted {
        background: repeating-linear-gradient(90deg, var(--fact-other) 0 1.2px, transparent 1.2px 9px);
        border: 1.5px dotted var(--fact-other);
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
`;var Vn=50,Xn=500,de=class extends ${constructor(){super();this.facts=[];this.failed=!1;this.rows=Vn;new C(this)}side_text(e){let r=e.leg===null?void 0:this.recording.legs?.[e.leg];return r?xe(this.recording,r):c("fact_both")}length_text(e){let r=e.end_ms-e.start_ms,n=[];return r>0&&n.push(I(r)),e.count>0&&n.push(Jr(e.count)),n.join(" · ")||"–"}jump(e){this.dispatchEvent(new CustomEvent("jump",{detail:e.start_ms/1e3}))}render_total(e){let r=[];return(e.times>1||e.duration_ms===0)&&r.push(`${F(e.times)} ×`),e.duration_ms>0&&r.push(I(e.duration_ms)),h`<li>
            <span class="cause swatch cause-${e.cause}"></span>
            <span>${e.name}</span>
            <span class="amount">${r.join(" · ")}</span>
        </li>`}render_legend(){return h`<div class="legend">
            ${hi(this.facts).map(({group:e,totals:r})=>h`<section class="group-${e}">
                        <h4>${c(`group_${e}`)}</h4>
                        <ul>
                            ${r.map(n=>this.render_total(n))}
                        </ul>
                    </section>`)}
        </div>`}render_detail(e){let r=pe(e)==="paused"?f:"en";return e.detail?h`<span class="detail" lang=${r}>${e.detail}</span>`:f}render_row(e){let r=B(e.start_ms);return h`<tr>
            <td>
                <button
                    class="jump"
                    aria-label=${c("fact_jump",{time:r})}
                    @click=${()=>this.jump(e)}
                >
                    ${r}
                </button>
            </td>
            <td>
                <span class="what"
                    ><span class="cause swatch small cause-${pe(e)}"></span
                    >${Yt(e)}</span
                >
                ${this.render_detail(e)}
            </td>
            <td>${this.side_text(e)}</td>
            <td>${this.length_text(e)}</td>
        </tr>`}render_list(){let e=this.facts.slice(0,this.rows);return h`<details>
            <summary>${c("facts_list")}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=${c("facts_list")}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">${c("fact_time")}</th>
                            <th scope="col">${c("fact_kind")}</th>
                            <th scope="col">${c("fact_side")}</th>
                            <th scope="col">${c("fact_length")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        ${e.map(r=>this.render_row(r))}
                    </tbody>
                </table>
            </div>
            ${e.length<this.facts.length?h`<button class="button quiet" @click=${()=>this.rows+=Xn}>
                          ${c("facts_more",{count:F(this.facts.length)})}
                      </button>`:f}
        </details>`}render_none(){let e=this.recording.state==="recovered",r=this.failed?"facts_failed":e?"facts_unknown":"facts_none";return h`<p class="hint">${c(r)}</p>`}render(){return h`<h3>${c("facts_title")}</h3>
            ${this.facts.length===0?this.render_none():h`${this.render_legend()} ${this.render_list()}`}`}};de.styles=[T,vt,E`
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
            .detail {
                display: block;
                color: var(--muted);
                overflow-wrap: anywhere;
            }
            .what {
                display: inline-flex;
                align-items: center;
                gap: 0.5rem;
            }
        `],m([y({attribute:!1})],de.prototype,"recording",2),m([y({attribute:!1})],de.prototype,"facts",2),m([y({type:Boolean})],de.prototype,"failed",2),m([_()],de.prototype,"rows",2),de=m([M("recorder-facts")],de);var Jt=24,Yn=7.5,Qn=26,gi=2,Jn=3,Zn=.001,es=.006,ts=.008;function Zt(i){return Math.min(1,Math.max(0,i))}function _i(i){return[...i].sort((t,e)=>t.start_ms-e.start_ms)}function vi(i,t,e){let r=[],n=new Map;if(e<=0)return r;for(let s of _i(i.filter(o=>Pe(o)==="stretch"))){let o=Zt(s.start_ms/e),a=Zt(s.end_ms/e),l=a-o<es,d=pe(s);for(let u of Qt(s,t)){let p=`${u} ${d} ${l}`,g=n.get(p);if(g&&o-(g.start+g.length)<Zn){g.length=Math.max(g.length,a-g.start);continue}let b={lane:u,cause:d,start:o,length:a-o,mark:l};n.set(p,b),r.push(b)}}return r.sort((s,o)=>Xe(s.cause)-Xe(o.cause))}function rs(i){switch(me(i)){case"party_joined":case"party_left":return ae(_t(i));case"codec_change":return i.detail.replace(" -> "," → ");case"dtmf":case"clock_corrected":return i.detail;default:return""}}function bi(i,t,e){let r=[],n=new Map;if(e<=0)return r;let s=i.filter(o=>Pe(o)!=="stretch"&&me(o)!=="quality");for(let o of _i(s)){let a=Zt(o.start_ms/e),[l,d]=Qt(o,t),u=d?"both":l??"both",p=me(o),g=n.get(`${u} ${p}`);if(g&&a-g.at<ts){g.label="";continue}let b={lane:u,sign:p,at:a,label:rs(o)};n.set(`${u} ${p}`,b),r.push(b)}return r}function is(i,t,e,r){let n=i.label.length,s=[Jt];n>0&&n<=Qn&&s.unshift(Jt+n*Yn);for(let o of s){let a=Math.max(0,Math.min(i.at*r,r-o)),l=d=>!t.some((u,p)=>u.row===d&&u.left_px<a+o+gi&&a<(e[p]??0)+gi);for(let d=0;d<Jn;d++)if(l(d))return e.push(a+o),{moment:i,row:d,left_px:a,words:o>Jt}}return null}function yi(i,t){let e=({sign:a})=>a==="party_joined"||a==="party_left",r=i.filter(e),n=i.filter(a=>!e(a)),s=[],o=[];if(t<=0)return s;for(let a of[...r,...n]){let l=is(a,s,o,t);l&&s.push(l)}return s}var wi=E`
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
`;function ns(i,t,e){let r=2**(i.bits-1),n=(t*i.channels+e)*2,s=Math.abs(i.data[n]??0),o=Math.abs(i.data[n+1]??0);return Math.min(1,Math.max(s,o)/r)}function xi(i,t,e,r){let n=new Array(r).fill(0);if(t>=i.channels)return n;for(let s=0;s<Math.min(e,i.length);s++){let o=Math.floor(s*r/e);n[o]=Math.max(n[o]??0,ns(i,s,t))}return n}function ki(i,t){if(!i||i.length<1||t<=0)return[[0,0],[0,0]];let e=i.sample_rate/i.samples_per_pixel,r=Math.max(1,Math.round(t/1e3*e)),n=Math.min(r,2400);return[xi(i,0,r,n),xi(i,1,r,n)]}function er(i){let t=e=>e.reduce((r,n)=>Math.max(r,n),0);return Math.max(.2,t(i[0]),t(i[1]))}var rr={};pn(rr,{createElement:()=>Si,default:()=>ss,isHTMLElement:()=>tr});function $i(i,t){let e=t.xmlns?document.createElementNS(t.xmlns,i):document.createElement(i);for(let[r,n]of Object.entries(t))if(r==="children"&&n)for(let[s,o]of Object.entries(n))o instanceof Node?e.appendChild(o):typeof o=="string"?e.appendChild(document.createTextNode(o)):e.appendChild($i(s,o));else r==="style"?Object.assign(e.style,n):r==="textContent"?e.textContent=n:e.setAttribute(r,n.toString());return e}function Si(i,t,e){let r=$i(i,t||{});return e?.appendChild(r),r}function tr(i){if(i instanceof HTMLElement)return!0;if(typeof i!="object"||i===null)return!1;let t=i;return t.nodeType===Node.ELEMENT_NODE&&typeof t.nodeName=="string"&&t.namespaceURI==="http://www.w3.org/1999/xhtml"&&typeof t.style=="object"&&t.style!==null&&typeof t.appendChild=="function"}var ss=Si;function Ei(i){return Number.isNaN(i)||i<0?0:i>1?1:i}function Ci(i,t){let e=i.barWidth?i.barWidth*t:1,r=i.barGap?i.barGap*t:i.barWidth?e/2:0;return{barWidth:e,barGap:r}}function Pi({width:i,height:t,length:e,options:r,pixelRatio:n}){let s=t/2,{barWidth:o,barGap:a}=Ci(r,n),l=r.barRadius||0,d=r.barMinHeight?r.barMinHeight*n:0,u=o+a||1,p=e>0?i/u/e:0;return{halfHeight:s,barWidth:o,barGap:a,barRadius:l,barMinHeight:d,barIndexScale:p,barSpacing:u}}function os({maxTop:i,maxBottom:t,halfHeight:e,vScale:r,barMinHeight:n=0,barAlign:s}){let o=Math.round(i*e*r),a=Math.round(t*e*r),l=o+a||1;return l<n&&(l=n,s||(o=l/2)),{topHeight:o,totalHeight:l}}function as({barAlign:i,halfHeight:t,topHeight:e,totalHeight:r,canvasHeight:n}){return i==="top"?0:i==="bottom"?n-r:t-e}function Mi({channelData:i,barIndexScale:t,barSpacing:e,barWidth:r,halfHeight:n,vScale:s,canvasHeight:o,barAlign:a,barMinHeight:l}){let d=i[0]||[],u=i[1]||d,p=d.length,g=[],b=0,x=0,k=0;for(let P=0;P<=p;P++){let O=Math.round(P*t);if(O>b){let{topHeight:ie,totalHeight:Y}=os({maxTop:x,maxBottom:k,halfHeight:n,vScale:s,barMinHeight:l,barAlign:a}),ne=as({barAlign:a,halfHeight:n,topHeight:ie,totalHeight:Y,canvasHeight:o});g.push({x:b*e,y:ne,width:r,height:Y}),b=O,x=0,k=0}let H=Math.abs(d[P]||0),X=Math.abs(u[P]||0);H>x&&(x=H),X>k&&(k=X)}return g}function ir(i,t,e){let r=i.width>0?(t-i.left)/i.width:0,n=i.height>0?(e-i.top)/i.height:0;return[r,n]}function Ri({optionsHeight:i,optionsSplitChannels:t,parentHeight:e,numberOfChannels:r,defaultHeight:n=128}){if(i==null)return n;let s=Number(i);if(!isNaN(s))return s;if(i==="auto"){let o=e||n;return t?.every(a=>!a.overlay)?o/r:o}return n}function Ti(i){return Math.max(1,i||1)}function nr(i){return!!(i.barWidth||i.barGap||i.barAlign)}var Me=null;function Ai(i,t,e){if(!Array.isArray(i))return i||"";if(i.length===0)return"#999";if(i.length<2)return i[0]||"";Me??(Me=document.createElement("canvas"));let r=Me.getContext("2d");if(!r)return i[0]||"";let n=e||Me.height*t,s=r.createLinearGradient(0,0,0,n),o=1/(i.length-1);return i.forEach((a,l)=>{s.addColorStop(l*o,a)}),s}function Li({duration:i,minPxPerSec:t=0,parentWidth:e,fillParent:r,pixelRatio:n}){let s=Math.ceil(i*t),o=s>e,a=!!(r&&!o),l=(a?e:s)*n;return{scrollWidth:s,isScrollable:o,useParentWidth:a,width:l}}function Di(i,t){if(!nr(t))return i;let{barWidth:e,barGap:r}=Ci(t,1),n=e+r;return n===0?i:Math.floor(i/n)*n}function ls({clientWidth:i,totalWidth:t,options:e}){let r=Math.min(8e3,i,t);return Di(r,e)}function Oi({totalWidth:i,clientWidth:t,options:e}){let r=ls({clientWidth:t,totalWidth:i,options:e});if(r===0)return{singleCanvasWidth:0,numCanvases:0,slots:[]};let n=Math.ceil(i/r),s=[];for(let o=0;o<n;o++){let a=o*r,l=Di(Math.min(i-a,r),e);l>0&&s.push({index:o,offset:a,width:l})}return{singleCanvasWidth:r,numCanvases:n,slots:s}}function Ni({channelData:i,offset:t,clampedWidth:e,totalWidth:r}){return i.map(n=>{let s=Math.floor(t/r*n.length),o=Math.floor((t+e)/r*n.length);return n.slice(s,o)})}function ji(i){return i>10}function sr({scrollLeft:i,clientWidth:t,singleCanvasWidth:e,numCanvases:r}){if(e<=0||r<=0)return[0];let n=Math.min(r-1,Math.floor(i/e)),s=Math.min(r-1,Math.floor((i+t)/e)),o=[];for(let a=n-1;a<=s+1;a++)o.push(a);return o}function Ii(i){var t;let e=0;for(let r of i)for(let n=0;n<r.length;n++){let s=Math.abs((t=r[n])!==null&&t!==void 0?t:0);s>e&&(e=s)}return e}function Wi({channelData:i,barHeight:t,normalize:e,maxPeak:r}){var n;let s=t||1;if(!e)return s;let o=i[0];if(!o||o.length===0)return s;let a=r??0;if(!r)for(let l=0;l<o.length;l++){let d=(n=o[l])!==null&&n!==void 0?n:0,u=Math.abs(d);u>a&&(a=u)}return a?s/a:s}function Hi({channelData:i,width:t,height:e,vScale:r}){let n=e/2,s=i[0]||[],o=i[1]||s;return[s,o].map((l,d)=>{let u=l.length,p=u?t/u:0,g=n,b=d===0?-1:1,x=[{x:0,y:g}],k=0,P=0;for(let O=0;O<=u;O++){let H=Math.round(O*p);if(H>k){let ie=Math.round(P*n*r)||1,Y=g+ie*b;x.push({x:k,y:Y}),k=H,P=0}let X=Math.abs(l[O]||0);X>P&&(P=X)}return x.push({x:k,y:g}),x})}function Fi(i){return Math.sign(i)*Math.round(Math.abs(i))}var ce=null,cs=0,us=[],zi=new Set;function hs(i){zi.has(i)||(zi.add(i),us.push(i))}function v(i){let t=i,e=new Set,r=!1,n=!1,s=()=>{if(r){n=!0;return}r=!0;try{do{n=!1;let a=[...e],l=t;for(let d of a){try{d(l)}catch(u){console.error("Signal subscriber error:",u)}if(!Object.is(t,l)){n=!0;break}}}while(n)}finally{r=!1}},o={get value(){return ce?.add(o),t},set(a){Object.is(t,a)||(t=a,cs>0?hs(s):s())},update(a){this.set(a(t))},subscribe(a){return e.add(a),()=>e.delete(a)}};return o}function Ui(i){let t=ce,e=new Set;ce=e;try{return[i(),e]}finally{ce=t}}function Z(i,t){let e=v(void 0),r=[],n=!1,s=new Set,o=()=>{if(!n)if(t)e.set(i());else{r.forEach(p=>p());let[d,u]=Ui(i);r=[...u].map(p=>p.subscribe(o)),e.set(d)}};t?(r=t.map(d=>d.subscribe(o)),e.set(i())):o();let a=()=>{n=!0,r.forEach(d=>d()),r=[],s.forEach(d=>d()),s.clear()},l={get value(){return ce?.add(l),e.value},subscribe:d=>{let u=e.subscribe(d);return s.add(u),()=>{s.delete(u),u()}},dispose:a};return Object.defineProperty(l,"_cleanup",{value:a,enumerable:!1}),Object.defineProperty(l,"_subscriberCount",{value:()=>s.size,enumerable:!1}),l}function Ye(i,t){let e,r=[],n=!1,s=()=>{if(!n){if(e){try{e()}catch(o){console.error("Effect cleanup error:",o)}e=void 0}if(t)e=i();else{r.forEach(l=>l());let[o,a]=Ui(i);r=[...a].map(l=>l.subscribe(s)),e=o}}};return t&&(r=t.map(o=>o.subscribe(s))),s(),()=>{if(n=!0,e){try{e()}catch(o){console.error("Effect cleanup error:",o)}e=void 0}r.forEach(o=>o()),r=[]}}function Bi(i,t={}){let{threshold:e=3,mouseButton:r=0,touchDelay:n=100}=t,s=v(null),o=new Map,a=matchMedia("(pointer: coarse)").matches,l=()=>{},d=p=>{if(p.button!==r||o.has(p.pointerId)||(o.set(p.pointerId,p),o.size>1))return;let g=p.pointerId,b=p.clientX,x=p.clientY,k=!1,P=Date.now(),O=i.getBoundingClientRect(),{left:H,top:X}=O,ie=A=>{if(A.pointerId!==g||A.defaultPrevented||o.size>1||a&&Date.now()-P<n)return;let ue=A.clientX,fe=A.clientY,St=ue-b,Et=fe-x;(k||Math.abs(St)>e||Math.abs(Et)>e)&&(A.preventDefault(),A.stopPropagation(),k||(s.set({type:"start",x:b-H,y:x-X}),k=!0),s.set({type:"move",x:ue-H,y:fe-X,deltaX:St,deltaY:Et}),b=ue,x=fe)},Y=A=>{if(o.delete(A.pointerId)){if(A.pointerId===g&&k){let ue=A.clientX,fe=A.clientY;s.set({type:"end",x:ue-H,y:fe-X})}o.size===0&&l()}},ne=A=>{k&&(A.stopPropagation(),A.preventDefault())},Le=A=>{A.defaultPrevented||o.size>1||k&&A.preventDefault()};window.addEventListener("pointermove",ie),window.addEventListener("pointerup",Y),window.addEventListener("pointercancel",Y),document.addEventListener("touchmove",Le,{passive:!1}),document.addEventListener("click",ne,{capture:!0}),l=()=>{window.removeEventListener("pointermove",ie),window.removeEventListener("pointerup",Y),window.removeEventListener("pointercancel",Y),document.removeEventListener("touchmove",Le),setTimeout(()=>{document.removeEventListener("click",ne,{capture:!0})},10)}};return i.addEventListener("pointerdown",d),{signal:s,cleanup:()=>{l(),i.removeEventListener("pointerdown",d),o.clear()}}}function ps(i){let{scrollLeft:t,scrollWidth:e,clientWidth:r}=i;if(e===0)return{startX:0,endX:1};let n=t/e,s=(t+r)/e;return{startX:Math.max(0,Math.min(1,n)),endX:Math.max(0,Math.min(1,s))}}function ms(i){return{left:i.scrollLeft,right:i.scrollLeft+i.clientWidth}}function qi(i){let t=()=>({scrollLeft:i.scrollLeft,scrollWidth:i.scrollWidth,clientWidth:i.clientWidth}),e=v(t()),r=Z(()=>ps(e.value),[e]),n=Z(()=>ms(e.value),[e]),s=()=>{e.set(t())};return i.addEventListener("scroll",s,{passive:!0}),{scrollData:e,percentages:r,bounds:n,refresh:()=>{let l=t(),d=e.value;d.scrollLeft===l.scrollLeft&&d.scrollWidth===l.scrollWidth&&d.clientWidth===l.clientWidth||e.set(l)},cleanup:()=>{i.removeEventListener("scroll",s),r.dispose(),n.dispose()}}}var W=class i{constructor(){this.disposers=[],this.children=new Set,this.parent=null,this._disposed=!1,this.abortController=null}get disposed(){return this._disposed}add(t){return this._disposed?(this.safeRun(t),()=>{}):(this.disposers.push(t),()=>{let e=this.disposers.indexOf(t);e!==-1&&(this.disposers.splice(e,1),this.safeRun(t))})}child(){let t=new i;return this._disposed?(t.dispose(),t):(t.parent=this,this.children.add(t),t)}listen(t,e,r,n){return t.addEventListener(e,r,n),this.add(()=>t.removeEventListener(e,r,n))}timeout(t,e){let r=setTimeout(()=>{n(),t()},e),n=this.add(()=>clearTimeout(r));return n}interval(t,e){let r=setInterval(t,e);return this.add(()=>clearInterval(r))}raf(t){let e=requestAnimationFrame(n=>{r(),t(n)}),r=this.add(()=>cancelAnimationFrame(e));return r}observeResize(t,e){t.observe(e),this.add(()=>t.unobserve(e))}createResizeObserver(t,e){let r=new ResizeObserver(e);return r.observe(t),this.add(()=>r.disconnect()),r}abortSignal(){return this.abortController||(this.abortController=new AbortController,this._disposed&&this.abortController.abort()),this.abortController.signal}dispose(){var t;if(this._disposed)return;this._disposed=!0,this.parent&&(this.parent.children.delete(this),this.parent=null);for(let r of[...this.children])r.dispose();this.children.clear();let e=this.disposers;this.disposers=[];for(let r=e.length-1;r>=0;r--)this.safeRun(e[r]);(t=this.abortController)===null||t===void 0||t.abort()}safeRun(t){try{t()}catch(e){console.error("Scope disposer error:",e)}}};var Ki=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(u){try{d(r.next(u))}catch(p){o(p)}}function l(u){try{d(r.throw(u))}catch(p){o(p)}}function d(u){u.done?s(u.value):n(u.value).then(a,l)}d((r=r.apply(i,t||[])).next())})},gs=function(i,t){var e={};for(var r in i)Object.prototype.hasOwnProperty.call(i,r)&&t.indexOf(r)<0&&(e[r]=i[r]);if(i!=null&&typeof Object.getOwnPropertySymbols=="function")for(var n=0,r=Object.getOwnPropertySymbols(i);n<r.length;n++)t.indexOf(r[n])<0&&Object.prototype.propertyIsEnumerable.call(i,r[n])&&(e[r[n]]=i[r[n]]);return e},_s=60,Gi=10,vs=Gi*_s,or=class{constructor(t,e){this.isScrollable=v(!1),this.audioData=null,this.lastContainerWidth=0,this.isDragging=!1,this.scope=new W,this.scrollRenderScope=this.scope.child(),this.delayScope=this.scope.child(),this.dragScope=null,this.dragStream=null,this.scrollStream=null,this.containerInlinePadding=0,this.audioDuration=v(0),this._clickSignal=v(null),this._dblclickSignal=v(null),this._dragEventsSignal=v(null),this._renderEpoch=v(0),this._renderedEpoch=v(0),this._resizeEpoch=v(0),this.onClickWrapper=o=>{let a=this.wrapper.getBoundingClientRect(),[l,d]=ir(a,o.clientX,o.clientY);this._clickSignal.set({relativeX:l,relativeY:d})},this.onDblClickWrapper=o=>{let a=this.wrapper.getBoundingClientRect(),[l,d]=ir(a,o.clientX,o.clientY);this._dblclickSignal.set({relativeX:l,relativeY:d})},this.options=t;let r=this.parentFromOptionsContainer(t.container);this.parent=r;let[n,s]=this.initHtml();r.appendChild(n),this.container=n,this.scrollContainer=s.querySelector(".scroll"),this.wrapper=s.querySelector(".wrapper"),this.canvasWrapper=s.querySelector(".canvases"),this.progressWrapper=s.querySelector(".progress"),this.cursor=s.querySelector(".cursor"),this.calculateInlinePadding(),e&&s.appendChild(e),this.initEvents(),this.visibleRange=Z(()=>{let o=this.audioDuration.value;if(!this.isScrollable.value||o===0||!this.scrollStream)return{startTime:0,endTime:o};let{startX:a,endX:l}=this.scrollStream.percentages.value;return{startTime:a*o,endTime:l*o}}),this.scope.add(()=>this.visibleRange.dispose())}parentFromOptionsContainer(t){let e;if(typeof t=="string"?e=document.querySelector(t):tr(t)&&(e=t),!e)throw new Error("Container not found");return e}initEvents(){if(this.scope.listen(this.wrapper,"click",this.onClickWrapper),this.scope.listen(this.wrapper,"dblclick",this.onDblClickWrapper),(this.options.dragToSeek===!0||typeof this.options.dragToSeek=="object")&&this.initDrag(),this.scrollStream=qi(this.scrollContainer),this.scrollSignals={percentages:this.scrollStream.percentages,bounds:this.scrollStream.bounds},this.scope.add(()=>{var t;(t=this.scrollStream)===null||t===void 0||t.cleanup(),this.scrollStream=null}),typeof ResizeObserver=="function"){let t=this.createDelay(100);this.scope.createResizeObserver(this.scrollContainer,()=>{t().then(()=>this.onContainerResize()).catch(()=>{})})}}onContainerResize(){var t;(t=this.scrollStream)===null||t===void 0||t.refresh();let e=this.parent.clientWidth;this.calculateInlinePadding(),!(e===this.lastContainerWidth&&this.options.height!=="auto")&&(this.lastContainerWidth=e,this.reRender(),this._resizeEpoch.update(r=>r+1))}initDrag(){if(this.dragStream)return;let t=this.scope.child();this.dragScope=t,this.dragStream=Bi(this.wrapper),t.add(()=>{var r;(r=this.dragStream)===null||r===void 0||r.cleanup(),this.dragStream=null});let e=Ye(()=>{let r=this.dragStream.signal.value;if(!r)return;let n=this.wrapper.getBoundingClientRect().width,s=Ei(r.x/n);r.type==="start"?(this.isDragging=!0,this._dragEventsSignal.set({type:"start",relativeX:s})):r.type==="move"?this._dragEventsSignal.set({type:"move",relativeX:s}):r.type==="end"&&(this.isDragging=!1,this._dragEventsSignal.set({type:"end",relativeX:s}))},[this.dragStream.signal]);t.add(e)}disposeDrag(){var t;(t=this.dragScope)===null||t===void 0||t.dispose(),this.dragScope=null}calculateInlinePadding(){let{paddingLeft:t,paddingRight:e}=getComputedStyle(this.scrollContainer),r=parseFloat(t)+parseFloat(e);this.containerInlinePadding=Number.isNaN(r)?0:r}initHtml(){let t=document.createElement("div"),e=t.attachShadow({mode:"open"}),r=this.options.cspNonce&&typeof this.options.cspNonce=="string"?this.options.cspNonce.replace(/"/g,""):"";return e.innerHTML=`
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
    `,[t,e]}setOptions(t){if(this.options.container!==t.container){let e=this.parentFromOptionsContainer(t.container);e.appendChild(this.container),this.parent=e}t.dragToSeek===!0||typeof t.dragToSeek=="object"?this.initDrag():this.disposeDrag(),this.options=t,this.reRender()}getWrapper(){return this.wrapper}getWidth(){return this.scrollContainer.clientWidth-this.containerInlinePadding}getScroll(){return this.scrollContainer.scrollLeft}setScroll(t){this.scrollContainer.scrollLeft=t}setScrollPercentage(t){let{scrollWidth:e}=this.scrollContainer,r=e*t;this.setScroll(r)}getVisibleRange(){return this.visibleRange}get clickSignal(){return this._clickSignal}get dblclickSignal(){return this._dblclickSignal}get dragEventsSignal(){return this._dragEventsSignal}get renderEpoch(){return this._renderEpoch}get renderedEpoch(){return this._renderedEpoch}get resizeEpoch(){return this._resizeEpoch}getScrollSignals(){return this.scrollSignals}destroy(){this.scope.dispose(),this.audioData=null,this.container.remove()}createDelay(t=10){let e,r,n,s=()=>{e?.(),e=void 0,r?.(),r=void 0,n&&(n(),n=void 0)};return()=>new Promise((o,a)=>{s(),n=a,e=this.delayScope.timeout(()=>{n=void 0,r?.(),r=void 0,o()},t),r=this.delayScope.add(s)})}getHeight(t,e){var r;let n=((r=this.audioData)===null||r===void 0?void 0:r.numberOfChannels)||1;return Ri({optionsHeight:t,optionsSplitChannels:e,parentHeight:this.parent.clientHeight,numberOfChannels:n,defaultHeight:128})}convertColorValues(t,e){return Ai(t,this.getPixelRatio(),e?.canvas.height)}getPixelRatio(){return Ti(window.devicePixelRatio)}renderBarWaveform(t,e,r,n){let{width:s,height:o}=r.canvas,{halfHeight:a,barWidth:l,barRadius:d,barIndexScale:u,barSpacing:p,barMinHeight:g}=Pi({width:s,height:o,length:(t[0]||[]).length,options:e,pixelRatio:this.getPixelRatio()}),b=Mi({channelData:t,barIndexScale:u,barSpacing:p,barWidth:l,halfHeight:a,vScale:n,canvasHeight:o,barAlign:e.barAlign,barMinHeight:g});r.beginPath();for(let x of b)d&&"roundRect"in r?r.roundRect(x.x,x.y,x.width,x.height,d):r.rect(x.x,x.y,x.width,x.height);r.fill(),r.closePath()}renderLineWaveform(t,e,r,n){let{width:s,height:o}=r.canvas,a=Hi({channelData:t,width:s,height:o,vScale:n});r.beginPath();for(let l of a)if(l.length){r.moveTo(l[0].x,l[0].y);for(let d=1;d<l.length;d++){let u=l[d];r.lineTo(u.x,u.y)}}r.fill(),r.closePath()}renderWaveform(t,e,r){if(r.fillStyle=this.convertColorValues(e.waveColor,r),e.renderFunction){e.renderFunction(t,r);return}let n=Wi({channelData:t,barHeight:e.barHeight,normalize:e.normalize,maxPeak:e.maxPeak});if(nr(e)){this.renderBarWaveform(t,e,r,n);return}this.renderLineWaveform(t,e,r,n)}renderSingleCanvas(t,e,r,n,s,o,a){let l=this.getPixelRatio(),d=document.createElement("canvas");d.width=Math.round(r*l),d.height=Math.round(n*l),d.style.width=`${r}px`,d.style.height=`${n}px`,d.style.left=`${Math.round(s)}px`,o.appendChild(d);let u=d.getContext("2d");if(e.renderFunction?(u.fillStyle=this.convertColorValues(e.waveColor,u),e.renderFunction(t,u)):this.renderWaveform(t,e,u),d.width>0&&d.height>0){let p=d.cloneNode(),g=p.getContext("2d");g.drawImage(d,0,0),g.globalCompositeOperation="source-in",g.fillStyle=this.convertColorValues(e.progressColor,g),g.fillRect(0,0,d.width,d.height),a.appendChild(p)}}renderMultiCanvas(t,e,r,n,s,o){let a=this.getPixelRatio(),{clientWidth:l}=this.scrollContainer,d=r/a,u=Oi({clientWidth:l,totalWidth:d,options:e}),p={};if(u.singleCanvasWidth===0)return;let g=k=>{let P=u.slots[k];if(!P||p[k])return;p[k]=!0;let O=Ni({channelData:t,offset:P.offset,clampedWidth:P.width,totalWidth:d});this.renderSingleCanvas(O,e,P.width,n,P.offset,s,o)},b=()=>{ji(Object.keys(p).length)&&(s.innerHTML="",o.innerHTML="",p={})};if(!this.isScrollable.value){for(let k=0;k<u.numCanvases;k++)g(k);return}if(sr({scrollLeft:this.scrollContainer.scrollLeft,clientWidth:l,singleCanvasWidth:u.singleCanvasWidth,numCanvases:u.numCanvases}).forEach(k=>g(k)),u.numCanvases>1){let k=Ye(()=>{let{scrollLeft:P,clientWidth:O}=this.scrollContainer;b(),sr({scrollLeft:P,clientWidth:O,singleCanvasWidth:u.singleCanvasWidth,numCanvases:u.numCanvases}).forEach(H=>g(H))},[this.visibleRange]);this.scrollRenderScope.add(k)}}renderChannel(t,e,r,n){var{overlay:s}=e,o=gs(e,["overlay"]);let a=document.createElement("div"),l=this.getHeight(o.height,o.splitChannels);a.style.height=`${l}px`,s&&n>0&&(a.style.marginTop=`-${l}px`),this.canvasWrapper.style.minHeight=`${l}px`,this.canvasWrapper.appendChild(a);let d=a.cloneNode();this.progressWrapper.appendChild(d),o.normalize&&o.maxPeak==null&&(o=Object.assign(Object.assign({},o),{maxPeak:Ii(t)})),this.renderMultiCanvas(t,o,r,l,a,d)}render(t){return Ki(this,void 0,void 0,function*(){var e,r;this.delayScope.dispose(),this.delayScope=this.scope.child(),this.scrollRenderScope.dispose(),this.scrollRenderScope=this.scope.child(),this.canvasWrapper.innerHTML="",this.progressWrapper.innerHTML="",this.options.width!=null?this.scrollContainer.style.width=typeof this.options.width=="number"?`${this.options.width}px`:this.options.width:this.scrollContainer.style.width="";let n=this.getPixelRatio(),s=this.scrollContainer.clientWidth-this.containerInlinePadding,{scrollWidth:o,isScrollable:a,useParentWidth:l,width:d}=Li({duration:t.duration,minPxPerSec:this.options.minPxPerSec||0,parentWidth:s,fillParent:this.options.fillParent,pixelRatio:n});if(this.isScrollable.set(a),this.wrapper.style.width=l?"100%":`${o}px`,this.scrollContainer.style.overflowX=this.isScrollable.value?"auto":"hidden",this.scrollContainer.classList.toggle("noScrollbar",!!this.options.hideScrollbar),this.cursor.style.backgroundColor=`${this.options.cursorColor||this.options.progressColor}`,this.cursor.style.width=`${this.options.cursorWidth}px`,(e=this.scrollStream)===null||e===void 0||e.refresh(),this.audioData=t,this.audioDuration.set(t.duration),this._renderEpoch.update(u=>u+1),this.options.splitChannels)for(let u=0;u<t.numberOfChannels;u++){let p=Object.assign(Object.assign({},this.options),(r=this.options.splitChannels)===null||r===void 0?void 0:r[u]);this.renderChannel([t.getChannelData(u)],p,d,u)}else{let u=[t.getChannelData(0)];t.numberOfChannels>1&&u.push(t.getChannelData(1)),this.renderChannel(u,this.options,d,0)}Promise.resolve().then(()=>this._renderedEpoch.update(u=>u+1))})}reRender(){if(this.scrollRenderScope.dispose(),this.scrollRenderScope=this.scope.child(),!this.audioData)return;let{scrollWidth:t}=this.scrollContainer,{right:e}=this.progressWrapper.getBoundingClientRect();if(this.render(this.audioData),!this.isScrollable.value&&this.scrollContainer.scrollLeft)this.scrollContainer.scrollLeft=0;else if(this.isScrollable.value&&t!==this.scrollContainer.scrollWidth){let{right:r}=this.progressWrapper.getBoundingClientRect(),n=Fi(r-e);this.scrollContainer.scrollLeft+=n}}zoom(t){this.options.minPxPerSec=t,this.reRender()}scrollIntoView(t,e=!1){var r;let{scrollLeft:n,scrollWidth:s,clientWidth:o}=this.scrollContainer,a=t*s,l=n,d=n+o,u=o/2;if(this.isDragging)a+30>d?this.scrollContainer.scrollLeft+=30:a-30<l&&(this.scrollContainer.scrollLeft-=30);else{(a<l||a>d)&&(this.scrollContainer.scrollLeft=a-(this.options.autoCenter?u:0));let p=a-n-u;if(e&&this.options.autoCenter&&p>0){let g=(r=this.audioData)===null||r===void 0?void 0:r.duration;if(g===void 0||g<=0){this.scrollContainer.scrollLeft+=p;return}s/g<=vs?this.scrollContainer.scrollLeft+=Math.min(p,Gi):this.scrollContainer.scrollLeft+=p}}}renderProgress(t,e){if(isNaN(t))return;let r=t*100;this.canvasWrapper.style.clipPath=`polygon(${r}% 0%, 100% 0%, 100% 100%, ${r}% 100%)`,this.progressWrapper.style.width=`${r}%`,this.cursor.style.left=`${r}%`,this.cursor.style.transform=this.options.cursorWidth?`translateX(-${t*this.options.cursorWidth}px)`:"",this.isScrollable.value&&this.options.autoScroll&&this.audioData&&this.audioData.duration>0&&this.scrollIntoView(t,e)}exportImage(t,e,r){return Ki(this,void 0,void 0,function*(){let n=this.canvasWrapper.querySelectorAll("canvas");if(!n.length)throw new Error("No waveform data");if(r==="dataURL"){let s=Array.from(n).map(o=>o.toDataURL(t,e));return Promise.resolve(s)}return Promise.all(Array.from(n).map(s=>new Promise((o,a)=>{s.toBlob(l=>{l?o(l):a(new Error("Could not export image"))},t,e)})))})}},bt=or;var ar=class{constructor(){this.listeners={}}on(t,e,r){if(this.listeners[t]||(this.listeners[t]=new Set),r?.once){let n=(...s)=>{this.un(t,n),e(...s)};return this.listeners[t].add(n),()=>this.un(t,n)}return this.listeners[t].add(e),()=>this.un(t,e)}un(t,e){var r;(r=this.listeners[t])===null||r===void 0||r.delete(e)}once(t,e){return this.on(t,e,{once:!0})}unAll(){this.listeners={}}emit(t,...e){this.listeners[t]&&this.listeners[t].forEach(r=>r(...e))}},Re=ar;var lr=class extends Re{get destroyed(){return this.isDestroyed}constructor(t){super(),this.subscriptions=[],this.scope=new W,this.isDestroyed=!1,this.options=t}onInit(){}_init(t){this.isDestroyed=!1,this.wavesurfer=t,this.onInit()}destroy(){this.isDestroyed||(this.isDestroyed=!0,this.emit("destroy"),this.subscriptions.forEach(t=>t()),this.subscriptions=[],this.unAll(),this.scope.dispose(),this.wavesurfer=void 0)}},yt=lr;var bs=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(u){try{d(r.next(u))}catch(p){o(p)}}function l(u){try{d(r.throw(u))}catch(p){o(p)}}function d(u){u.done?s(u.value):n(u.value).then(a,l)}d((r=r.apply(i,t||[])).next())})};function ys(i,t){return bs(this,void 0,void 0,function*(){let e=new AudioContext({sampleRate:t});try{return yield e.decodeAudioData(i)}finally{e.state!=="closed"&&(yield e.close().catch(()=>{}))}})}function ws(i){let t=0;for(let e of i)for(let r=0;r<e.length;r++){let n=Math.abs(e[r]);n>t&&(t=n)}return t<=1?i:i.map(e=>{let r=new Float32Array(e.length);for(let n=0;n<e.length;n++)r[n]=e[n]/t;return r})}function xs(i,t){if(!i||i.length===0)throw new Error("channelData must be a non-empty array");if(t<=0)throw new Error("duration must be greater than 0");if(typeof i[0]=="number"&&(i=[i]),!i[0]||i[0].length===0)throw new Error("channelData must contain non-empty channel arrays");let r=ws(i).map(s=>s instanceof Float32Array?s:Float32Array.from(s)),n=s=>{let o=r[s];if(!o)throw new Error(`Channel ${s} not found`);return o};return{duration:t,length:r[0].length,sampleRate:r[0].length/t,numberOfChannels:r.length,getChannelData:n,copyFromChannel:(s,o,a=0)=>{let l=n(o),d=Math.max(0,a),u=Math.max(0,Math.min(s.length,l.length-d));s.set(l.subarray(d,d+u))},copyToChannel:(s,o,a=0)=>{let l=n(o),d=Math.max(0,a),u=Math.max(0,Math.min(s.length,l.length-d));l.set(s.subarray(0,u),d)}}}var ks={decode:ys,createBuffer:xs},Qe=ks;var $s=new Set(["destroy","_init","onInit","emit","on","un","once","unAll","options","wavesurfer","subscriptions","scope","destroyed","isDestroyed","listeners"]);function Vi(i,t){class e extends yt{static create(...n){return new e(n[0])}onInit(){this.scope.dispose(),this.scope=new W;let n=this,s={get wavesurfer(){return n.wavesurfer},get state(){return n.wavesurfer.getState()},scope:this.scope,emit:(a,...l)=>this.emit(a,...l)},o=t(s,this.options);for(let a of Object.keys(o))if($s.has(a))throw new Error(`definePlugin('${i}'): api key "${a}" collides with the plugin chassis`);Object.assign(this,o)}destroy(){this.scope.dispose(),super.destroy()}}return Object.defineProperty(e,"name",{value:i}),e}var Xi=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(u){try{d(r.next(u))}catch(p){o(p)}}function l(u){try{d(r.throw(u))}catch(p){o(p)}}function d(u){u.done?s(u.value):n(u.value).then(a,l)}d((r=r.apply(i,t||[])).next())})};function Ss(i,t,e){return Xi(this,void 0,void 0,function*(){var r;if(!i.body||!i.headers)return;let n=i.body.getReader(),s=Number(i.headers.get("Content-Length"))||0,o=0,a=()=>{n.cancel()};if(e){if(e.aborted){n.cancel();return}e.addEventListener("abort",a,{once:!0})}try{for(;;){let l=yield n.read();if(l.done)break;if(o+=((r=l.value)===null||r===void 0?void 0:r.length)||0,s>0){let d=Math.round(o/s*100);t(d)}}}catch(l){if(l instanceof DOMException&&l.name==="AbortError")return;console.warn("Progress tracking error:",l)}finally{e&&e.removeEventListener("abort",a)}})}function Es(i,t,e){return Xi(this,void 0,void 0,function*(){var r;let n=yield fetch(i,e);if(n.status>=400)throw new Error(`Failed to fetch ${i}: ${n.status} (${n.statusText})`);return Ss(n.clone(),t,(r=e?.signal)!==null&&r!==void 0?r:void 0),n.blob()})}var Cs={fetchBlob:Es},Yi=Cs;var wt=class{constructor(t){this.frameId=null,this.callback=null,this.isRunning=!1,t.add(()=>this.stop())}get running(){return this.isRunning}start(t){if(this.callback=t,this.isRunning)return;this.isRunning=!0;let e=()=>{var r;this.isRunning&&(this.frameId=requestAnimationFrame(e),(r=this.callback)===null||r===void 0||r.call(this))};e()}stop(){this.isRunning=!1,this.frameId!==null&&(cancelAnimationFrame(this.frameId),this.frameId=null)}};var Ps=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(u){try{d(r.next(u))}catch(p){o(p)}}function l(u){try{d(r.throw(u))}catch(p){o(p)}}function d(u){u.done?s(u.value):n(u.value).then(a,l)}d((r=r.apply(i,t||[])).next())})},Qi=3,dr=class{get isPlayingSignal(){return this._isPlaying}get currentTimeSignal(){return this._currentTime}get durationSignal(){return this._duration}get volumeSignal(){return this._volume}get mutedSignal(){return this._muted}get playbackRateSignal(){return this._playbackRate}get seekingSignal(){return this._seeking}constructor(t){this.isExternalMedia=!1,this._ownBlobUrl=null,this.pendingTime=null,this.mediaScope=new W,t.media?(this.media=t.media,this.isExternalMedia=!0):this.media=document.createElement("audio"),this._isPlaying=v(!1),this._currentTime=v(0),this._duration=v(0),this._volume=v(this.media.volume),this._muted=v(this.media.muted),this._playbackRate=v(this.media.playbackRate||1),this._seeking=v(!1),this.setupReactiveMediaEvents(),t.mediaControls&&(this.media.controls=!0),t.autoplay&&(this.media.autoplay=!0),t.playbackRate!=null&&this.mediaScope.add(this.onMediaEvent("canplay",()=>{t.playbackRate!=null&&(this.media.playbackRate=t.playbackRate)},{once:!0}))}setupReactiveMediaEvents(){this.mediaScope.add(this.onMediaEvent("play",()=>{this._isPlaying.set(!0)})),this.mediaScope.add(this.onMediaEvent("pause",()=>{this._isPlaying.set(!1)})),this.mediaScope.add(this.onMediaEvent("ended",()=>{this._isPlaying.set(!1)})),this.mediaScope.add(this.onMediaEvent("timeupdate",()=>{this._currentTime.set(this.media.currentTime)})),this.mediaScope.add(this.onMediaEvent("durationchange",()=>{this._duration.set(this.media.duration||0)})),this.mediaScope.add(this.onMediaEvent("loadedmetadata",()=>{this._duration.set(this.media.duration||0)})),this.mediaScope.add(this.onMediaEvent("canplay",()=>this.applyPendingTime())),this.mediaScope.add(this.onMediaEvent("seeking",()=>{this.pendingTime!=null&&Math.abs(this.media.currentTime-this.pendingTime)>.01&&(this.pendingTime=null),this._seeking.set(!0)})),this.mediaScope.add(this.onMediaEvent("seeked",()=>{this._seeking.set(!1)})),this.mediaScope.add(this.onMediaEvent("volumechange",()=>{this._volume.set(this.media.volume),this._muted.set(this.media.muted)})),this.mediaScope.add(this.onMediaEvent("ratechange",()=>{this._playbackRate.set(this.media.playbackRate)}))}onMediaEvent(t,e,r){return this.media.addEventListener(t,e,r),()=>this.media.removeEventListener(t,e,r)}getSrc(){return this.media.currentSrc||this.media.src||""}revokeSrc(){this._ownBlobUrl&&(URL.revokeObjectURL(this._ownBlobUrl),this._ownBlobUrl=null)}canPlayType(t){return this.media.canPlayType(t)!==""}applyPendingTime(){if(this.pendingTime==null)return;let t=this.pendingTime;this.media.currentTime=t,this.pendingTime=null}setSrc(t,e){let r=this.getSrc();if(t&&r===t)return;this.revokeSrc();let n=e instanceof Blob&&(this.canPlayType(e.type)||!t)?URL.createObjectURL(e):t;if(this.pendingTime=null,n!==t&&(this._ownBlobUrl=n),r&&this.media.removeAttribute("src"),n||t)try{this.media.src=n}catch{this.media.src=t}}destroy(){this.pendingTime=null,this.mediaScope.dispose(),this.revokeSrc(),!this.isExternalMedia&&(this.media.pause(),this.media.removeAttribute("src"),this.media.load(),this.media.remove())}setMediaElement(t){this.pendingTime=null,this.mediaScope.dispose(),this.mediaScope=new W,this.media=t,this.setupReactiveMediaEvents()}play(){return Ps(this,void 0,void 0,function*(){try{this.media.readyState>=Qi&&this.applyPendingTime();let t=yield this.media.play();return this.applyPendingTime(),t}catch(t){if(t instanceof DOMException&&t.name==="AbortError")return;throw t}})}pause(){this.media.pause()}isPlaying(){return!this.media.paused&&!this.media.ended}setTime(t){let e=this.getDuration(),r=Number.isFinite(e)?Math.max(0,Math.min(t,e)):Math.max(0,t);if(this.media.readyState<Qi){this.pendingTime=r;return}this.pendingTime=null,this.media.currentTime=r}getDuration(){return this.media.duration}getCurrentTime(){var t;return(t=this.pendingTime)!==null&&t!==void 0?t:this.media.currentTime}getVolume(){return this.media.volume}setVolume(t){this.media.volume=t}getMuted(){return this.media.muted}setMuted(t){this.media.muted=t}getPlaybackRate(){return this.media.playbackRate}isSeeking(){return this.media.seeking}setPlaybackRate(t,e){e!=null&&(this.media.preservesPitch=e),this.media.playbackRate=t}getMediaElement(){return this.media}setSinkId(t){return this.media.setSinkId(t)}},Ji=dr;var cr=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(u){try{d(r.next(u))}catch(p){o(p)}}function l(u){try{d(r.throw(u))}catch(p){o(p)}}function d(u){u.done?s(u.value):n(u.value).then(a,l)}d((r=r.apply(i,t||[])).next())})};function Ms(){let i=globalThis.navigator;if(i?.audioSession)try{i.audioSession.type="playback"}catch(t){console.warn("Setting navigator.audioSession.type failed:",t)}}var ur=class extends Re{constructor(t){super(),this.bufferNode=null,this.playStartTime=0,this.playbackPosition=0,this._muted=!1,this._playbackRate=1,this._duration=void 0,this.buffer=null,this.currentSrc="",this.paused=!0,this.crossOrigin=null,this.seeking=!1,this.autoplay=!1,this.error=null,this.scope=new W,this.scheduledStop=null,this.addEventListener=this.on,this.removeEventListener=this.un,this._destroyed=!1,this.srcGeneration=0,this.srcFetchAbort=null,Ms(),this.audioContext=t||new AudioContext,this.gainNode=this.audioContext.createGain(),this.gainNode.connect(this.audioContext.destination)}load(){return cr(this,void 0,void 0,function*(){})}remove(){this.destroy()}destroy(){var t;if(!this._destroyed){if(this._destroyed=!0,this.scope.dispose(),this.scheduledStop=null,this.srcGeneration++,(t=this.srcFetchAbort)===null||t===void 0||t.abort(),this.srcFetchAbort=null,this.currentSrc="",this.bufferNode){this.bufferNode.onended=null;try{this.bufferNode.stop()}catch{}this.bufferNode.disconnect(),this.bufferNode=null}this.gainNode.disconnect(),typeof this.audioContext.close=="function"&&Promise.resolve(this.audioContext.close.call(this.audioContext)).catch(()=>{}),this.buffer=null,this.unAll()}}get src(){return this.currentSrc}set src(t){var e;this.currentSrc=t,this._duration=void 0,this.error=null;let r=++this.srcGeneration;if((e=this.srcFetchAbort)===null||e===void 0||e.abort(),this.srcFetchAbort=null,!t){this.buffer=null,this.emit("emptied");return}let n=new AbortController;this.srcFetchAbort=n,fetch(t,{signal:n.signal}).then(s=>{if(s.status>=400)throw new Error(`Failed to fetch ${t}: ${s.status} (${s.statusText})`);return s.arrayBuffer()}).then(s=>r!==this.srcGeneration?null:this.audioContext.decodeAudioData(s)).then(s=>{r===this.srcGeneration&&(this.buffer=s,this.emit("loadedmetadata"),this.emit("canplay"),this.autoplay&&this.play())}).catch(s=>{r===this.srcGeneration&&(console.error("WebAudioPlayer load error:",s),this.error=s instanceof Error?s:new Error(String(s)),this.emit("error",this.error))})}_play(){if(!this.paused)return;this.paused=!1,this.bufferNode&&(this.bufferNode.onended=null,this.bufferNode.disconnect()),this.bufferNode=this.audioContext.createBufferSource(),this.buffer&&(this.bufferNode.buffer=this.buffer),this.bufferNode.playbackRate.value=this._playbackRate,this.bufferNode.connect(this.gainNode);let t=this.playbackPosition;(t>=this.duration||t<0)&&(t=0,this.playbackPosition=0),this.bufferNode.start(this.audioContext.currentTime,t),this.playStartTime=this.audioContext.currentTime,this.bufferNode.onended=()=>{!this.paused&&this.duration-this.currentTime<.01&&(this.pause(),this.emit("ended"))}}_pause(){if(this.scheduledStop&&this.currentTime<this.scheduledStop.time&&this.cancelScheduledStop(),this.playbackPosition=this.currentTime,this.paused=!0,this.bufferNode){this.bufferNode.onended=null;try{this.bufferNode.stop()}catch{}}}play(){return cr(this,void 0,void 0,function*(){this.paused&&(this.audioContext.state==="suspended"&&typeof this.audioContext.resume=="function"&&this.audioContext.resume().catch(()=>{}),this._play(),this.emit("play"))})}pause(){this.paused||(this._pause(),this.emit("pause"))}cancelScheduledStop(){var t;(t=this.scheduledStop)===null||t===void 0||t.cancel(),this.scheduledStop=null}stopAt(t){let e=this.bufferNode;if(!e)return;this.cancelScheduledStop();let r=(t-this.currentTime)/this._playbackRate;e.stop(this.audioContext.currentTime+Math.max(0,r));let n=this.scope.listen(e,"ended",()=>{let s=this.scheduledStop;s?.node===e&&(this.scheduledStop=null,s.cancel(),e===this.bufferNode&&(this.bufferNode=null,this.pause(),this.playbackPosition=Math.min(t,this.duration),this.emit("timeupdate")))},{once:!0});this.scheduledStop={node:e,time:t,cancel:n}}setSinkId(t){return cr(this,void 0,void 0,function*(){return this.audioContext.setSinkId(t)})}get playbackRate(){return this._playbackRate}set playbackRate(t){let e=!this.paused;e&&this._pause(),this._playbackRate=t,e&&this._play(),this.bufferNode&&(this.bufferNode.playbackRate.value=t)}get currentTime(){return this.paused?this.playbackPosition:this.playbackPosition+(this.audioContext.currentTime-this.playStartTime)*this._playbackRate}set currentTime(t){let e=!this.paused;e&&this._pause(),this.playbackPosition=t,e&&this._play(),this.emit("seeking"),this.emit("seeked"),this.emit("timeupdate")}get duration(){var t,e;return(t=this._duration)!==null&&t!==void 0?t:((e=this.buffer)===null||e===void 0?void 0:e.duration)||0}set duration(t){this._duration=t}get volume(){return this.gainNode.gain.value}set volume(t){this.gainNode.gain.value=t,this.emit("volumechange")}get muted(){return this._muted}set muted(t){this._muted!==t&&(this._muted=t,this._muted?this.gainNode.disconnect():this.gainNode.connect(this.audioContext.destination))}canPlayType(t){return/^(audio|video)\//.test(t)}getGainNode(){return this.gainNode}getChannelData(){let t=[];if(!this.buffer)return t;let e=this.buffer.numberOfChannels;for(let r=0;r<e;r++)t.push(this.buffer.getChannelData(r));return t}removeAttribute(t){switch(t){case"src":this.src="";break;case"playbackRate":this.playbackRate=0;break;case"currentTime":this.currentTime=0;break;case"duration":this.duration=0;break;case"volume":this.volume=0;break;case"muted":this.muted=!1;break}}},xt=ur;function Zi(i){var t,e,r,n,s,o,a;let l=(t=i?.currentTime)!==null&&t!==void 0?t:v(0),d=(e=i?.duration)!==null&&e!==void 0?e:v(0),u=(r=i?.isPlaying)!==null&&r!==void 0?r:v(!1),p=(n=i?.isSeeking)!==null&&n!==void 0?n:v(!1),g=(s=i?.volume)!==null&&s!==void 0?s:v(1),b=(o=i?.muted)!==null&&o!==void 0?o:v(!1),x=(a=i?.playbackRate)!==null&&a!==void 0?a:v(1),k=v(null),P=v(null),O=v(""),H=v(0),X=v(0),ie=v("idle"),Y=Z(()=>!u.value,[u]),ne=Z(()=>k.value!==null,[k]),Le=Z(()=>ne.value&&d.value>0,[ne,d]),A=Z(()=>l.value,[l]),ue=Z(()=>d.value>0?l.value/d.value:0,[l,d]),fe=[Y,ne,Le,A,ue];return{state:{currentTime:l,duration:d,isPlaying:u,isPaused:Y,isSeeking:p,volume:g,muted:b,playbackRate:x,audioBuffer:k,peaks:P,url:O,zoom:H,scrollPosition:X,loadPhase:ie,canPlay:ne,isReady:Le,progress:A,progressPercent:ue},actions:{setCurrentTime:S=>{let se=Math.max(0,Math.min(d.value||1/0,S));l.set(se)},setDuration:S=>{d.set(Math.max(0,S))},setPlaying:S=>{u.set(S)},setSeeking:S=>{p.set(S)},setVolume:S=>{let se=Math.max(0,Math.min(1,S));g.set(se)},setPlaybackRate:S=>{let se=Math.max(.1,Math.min(16,S));x.set(se)},setAudioBuffer:S=>{if(k.set(S),S){let se=d.value;(se===0||Number.isNaN(se)||se===1/0)&&d.set(S.duration)}},setPeaks:S=>{P.set(S)},setUrl:S=>{O.set(S)},setZoom:S=>{H.set(Math.max(0,S))},setScrollPosition:S=>{X.set(Math.max(0,S))},setLoadPhase:S=>{ie.set(S)}},dispose:()=>{fe.forEach(S=>S.dispose())}}}var kt=function(i,t,e,r){function n(s){return s instanceof e?s:new e(function(o){o(s)})}return new(e||(e=Promise))(function(s,o){function a(u){try{d(r.next(u))}catch(p){o(p)}}function l(u){try{d(r.throw(u))}catch(p){o(p)}}function d(u){u.done?s(u.value):n(u.value).then(a,l)}d((r=r.apply(i,t||[])).next())})},Rs={waveColor:"#999",progressColor:"#555",cursorWidth:1,minPxPerSec:0,fillParent:!0,interact:!0,dragToSeek:!1,autoScroll:!0,autoCenter:!0,sampleRate:8e3},Te=class i extends Re{static create(t){return new i(t)}getState(){return this.wavesurferState}getRenderer(){return this.renderer}constructor(t){var e,r;super(),this.plugins=[],this.decodedData=null,this.stopAtPosition=null,this.internalWebAudioPlayer=null,this.webAudioPlayer=null,this.scope=new W,this.mediaEventScope=this.scope.child(),this.frameScheduler=new wt(this.scope),this.loadScope=null,this.supersededLoadScopes=new WeakSet,this.isDestroyed=!1,this.onTick=()=>{if(!this.isSeeking()){let p=this.updateProgress();if(this.emit("timeupdate",p),this.emit("audioprocess",p),this.stopAtPosition!=null&&this.isPlaying()&&p>=this.stopAtPosition){let g=this.stopAtPosition;this.pause(),this.setTime(g)}}};let n=!t.media&&t.backend==="WebAudio"?new xt:null,s=(r=(e=t.media)!==null&&e!==void 0?e:n)!==null&&r!==void 0?r:void 0;this.player=new Ji({media:s,mediaControls:t.mediaControls,autoplay:t.autoplay,playbackRate:t.audioRate}),this.internalWebAudioPlayer=n,this.webAudioPlayer=n??(t.media instanceof xt?t.media:null),this.options=Object.assign({},Rs,t);let{state:o,actions:a,dispose:l}=Zi({isPlaying:this.player.isPlayingSignal,currentTime:this.player.currentTimeSignal,duration:this.player.durationSignal,volume:this.player.volumeSignal,muted:this.player.mutedSignal,playbackRate:this.player.playbackRateSignal,isSeeking:this.player.seekingSignal});this.wavesurferState=o,this.wavesurferActions=a,this.scope.add(l);let d=s?void 0:this.player.getMediaElement();this.renderer=new bt(this.options,d),this.initPlayerEvents(),this.initRendererEvents(),this.initPlugins();let u=this.options.url||this.player.getSrc()||"";Promise.resolve().then(()=>{if(this.isDestroyed)return;this.emit("init");let{peaks:p,duration:g}=this.options;(u||p&&g)&&this.load(u,p,g).catch(()=>{})})}updateProgress(t=this.getCurrentTime()){return this.renderer.renderProgress(t/this.getDuration(),this.isPlaying()),t}initPlayerEvents(){this.isPlaying()&&(this.emit("play"),this.frameScheduler.start(this.onTick)),this.mediaEventScope.add(this.player.onMediaEvent("timeupdate",()=>{let t=this.updateProgress();if(this.emit("timeupdate",t),this.stopAtPosition!=null&&this.isPlaying()&&t>=this.stopAtPosition){let e=this.stopAtPosition;this.pause(),this.setTime(e)}})),this.mediaEventScope.add(this.player.onMediaEvent("play",()=>{this.emit("play"),this.frameScheduler.start(this.onTick)})),this.mediaEventScope.add(this.player.onMediaEvent("pause",()=>{this.emit("pause"),this.frameScheduler.stop(),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("emptied",()=>{this.frameScheduler.stop(),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("ended",()=>{this.emit("timeupdate",this.getDuration()),this.emit("finish"),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("seeking",()=>{this.emit("seeking",this.getCurrentTime())})),this.mediaEventScope.add(this.player.onMediaEvent("error",()=>{let t=this.player.getMediaElement().error,e;t instanceof Error?e=t:t?e=new Error(t.message||`Media error ${t.code}`):e=new Error("Media error"),this.emit("error",e),this.stopAtPosition=null}))}initRendererEvents(){this.scope.add(this.renderer.clickSignal.subscribe(t=>{t&&this.options.interact&&(this.seekTo(t.relativeX),this.emit("interaction",t.relativeX*this.getDuration()),this.emit("click",t.relativeX,t.relativeY))})),this.scope.add(this.renderer.dblclickSignal.subscribe(t=>{t&&this.emit("dblclick",t.relativeX,t.relativeY)}));{let{percentages:t,bounds:e}=this.renderer.getScrollSignals();this.scope.add(Ye(()=>{let{startX:r,endX:n}=t.value,{left:s,right:o}=e.value,a=this.getDuration();this.wavesurferActions.setScrollPosition(s),this.emit("scroll",r*a,n*a,s,o)},[t,e]))}this.scope.add(this.renderer.renderEpoch.subscribe(()=>{this.emit("redraw")})),this.scope.add(this.renderer.renderedEpoch.subscribe(()=>{this.emit("redrawcomplete")})),this.scope.add(this.renderer.resizeEpoch.subscribe(()=>{this.emit("resize")}));{let t,e=this.renderer.dragEventsSignal.subscribe(r=>{var n;if(!r)return;let{relativeX:s}=r;if(r.type==="start"){this.emit("dragstart",s);return}if(r.type==="end"){this.emit("dragend",s);return}if(!this.options.interact)return;this.renderer.renderProgress(s),t?.();let o=0,a=this.options.dragToSeek;this.isPlaying()?o=0:a===!0?o=200:a&&typeof a=="object"&&(o=(n=a.debounceTime)!==null&&n!==void 0?n:200),t=this.scope.timeout(()=>{this.seekTo(s)},o),this.emit("interaction",s*this.getDuration()),this.emit("drag",s)});this.scope.add(e)}}initPlugins(){var t;!((t=this.options.plugins)===null||t===void 0)&&t.length&&this.options.plugins.forEach(e=>{this.registerPlugin(e)})}unsubscribePlayerEvents(){this.mediaEventScope.dispose(),this.mediaEventScope=this.scope.child()}setOptions(t){this.isDestroyed||(this.options=Object.assign({},this.options,t),t.duration&&!t.peaks&&(this.decodedData=Qe.createBuffer(this.exportPeaks(),t.duration),this.wavesurferActions.setAudioBuffer(this.decodedData)),t.peaks&&t.duration&&(this.decodedData=Qe.createBuffer(t.peaks,t.duration),this.wavesurferActions.setAudioBuffer(this.decodedData)),this.renderer.setOptions(this.options),t.audioRate&&this.setPlaybackRate(t.audioRate),t.mediaControls!=null&&(this.player.getMediaElement().controls=t.mediaControls))}registerPlugin(t){if(this.isDestroyed)throw new Error("Cannot register a plugin: wavesurfer was destroyed. Create a new instance instead.");if(this.plugins.includes(t))return t;t._init(this),this.plugins.push(t);let e=this.scope.add(t.once("destroy",()=>{this.plugins=this.plugins.filter(r=>r!==t),e()}));return t}unregisterPlugin(t){this.plugins=this.plugins.filter(e=>e!==t),t.destroy()}getWrapper(){return this.renderer.getWrapper()}getWidth(){return this.renderer.getWidth()}getScroll(){return this.renderer.getScroll()}setScroll(t){if(!this.isDestroyed)return this.renderer.setScroll(t)}setScrollTime(t){let e=t/this.getDuration();this.renderer.setScrollPercentage(e)}getActivePlugins(){return this.plugins}bailedLoadOutcome(t){return this.supersededLoadScopes.has(t)?"superseded":void 0}loadAudio(t,e,r,n){return kt(this,void 0,void 0,function*(){var s;if(this.isDestroyed)throw new Error("Cannot load audio: wavesurfer was destroyed. Create a new instance instead.");this.loadScope&&!this.loadScope.disposed&&this.supersededLoadScopes.add(this.loadScope),(s=this.loadScope)===null||s===void 0||s.dispose();let o=this.scope.child();this.loadScope=o;try{if(this.emit("load",t),!o.disposed&&!e&&!r&&this.wavesurferActions.setLoadPhase("fetching"),this.wavesurferActions.setUrl(t||""),r?this.wavesurferActions.setPeaks(r):this.wavesurferActions.setPeaks(null),!this.options.media&&this.isPlaying()&&this.pause(),this.decodedData=null,this.wavesurferActions.setAudioBuffer(null),this.stopAtPosition=null,!e&&!r){let l=Object.assign({},this.options.fetchParams);l.signal||(l.signal=o.abortSignal());let d=p=>this.emit("loading",p);if(e=yield Yi.fetchBlob(t,d,l),o.disposed)return this.bailedLoadOutcome(o);let u=this.options.blobMimeType;u&&(e=new Blob([e],{type:u}))}if(o.disposed)return this.bailedLoadOutcome(o);this.player.setSrc(t,e);let a=yield new Promise(l=>{let d=n||this.getDuration();if(d)l(d);else{this.mediaEventScope.add(this.player.onMediaEvent("loadedmetadata",()=>l(this.getDuration()),{once:!0}));let u=this.mediaEventScope.add(()=>l(0));o.add(u)}});if(o.disposed)return this.bailedLoadOutcome(o);if(!t&&!e&&this.webAudioPlayer&&(this.webAudioPlayer.duration=a),o.disposed||this.wavesurferActions.setLoadPhase("decoding"),r)this.decodedData=Qe.createBuffer(r,a||0);else if(e){let l=yield e.arrayBuffer();if(o.disposed)return this.bailedLoadOutcome(o);let d=yield Qe.decode(l,this.options.sampleRate);if(o.disposed)return this.bailedLoadOutcome(o);this.decodedData=d}if(o.disposed)return this.bailedLoadOutcome(o);this.decodedData&&(this.wavesurferActions.setAudioBuffer(this.decodedData),this.emit("decode",this.getDuration()),this.renderer.render(this.decodedData)),o.disposed||this.wavesurferActions.setLoadPhase("ready"),this.emit("ready",this.getDuration())}catch(a){if(!this.supersededLoadScopes.has(o))throw(this.loadScope===o||this.loadScope===null)&&this.wavesurferActions.setLoadPhase("error"),a;return"superseded"}})}classifyLoadResult(t){let e=t.then(r=>{if(r==="superseded")throw new DOMException("The load was superseded by a newer load call","AbortError")},r=>{throw this.emit("error",r),r});return e.catch(()=>{}),e}load(t,e,r){return this.classifyLoadResult(this.loadAudio(t,void 0,e,r))}loadBlob(t,e,r){return this.classifyLoadResult(this.loadAudio("",t,e,r))}zoom(t){if(!this.decodedData)throw new Error("No audio loaded");this.renderer.zoom(t),this.wavesurferActions.setZoom(t),this.emit("zoom",t)}getDecodedData(){return this.decodedData}exportPeaks({channels:t=2,maxLength:e=8e3,precision:r=1e4}={}){if(!this.decodedData)throw new Error("The audio has not been decoded yet");let n=Math.min(t,this.decodedData.numberOfChannels),s=[];for(let o=0;o<n;o++){let a=this.decodedData.getChannelData(o),l=[],d=a.length/e;for(let u=0;u<e;u++){let p=a.slice(Math.floor(u*d),Math.ceil((u+1)*d)),g=0;for(let b=0;b<p.length;b++){let x=p[b];Math.abs(x)>Math.abs(g)&&(g=x)}l.push(Math.round(g*r)/r)}s.push(l)}return s}getDuration(){let t=this.player.getDuration()||0;return(t===0||t===1/0)&&this.decodedData&&(t=this.decodedData.duration),t}toggleInteraction(t){this.options.interact=t}setTime(t){this.isDestroyed||(this.stopAtPosition=null,this.player.setTime(t),this.updateProgress(t),this.emit("timeupdate",t))}seekTo(t){let e=this.getDuration()*t;this.setTime(e)}pause(){this.isDestroyed||this.player.pause()}isPlaying(){return this.player.isPlaying()}isSeeking(){return this.player.isSeeking()}getCurrentTime(){return this.player.getCurrentTime()}getVolume(){return this.player.getVolume()}setVolume(t){this.isDestroyed||this.player.setVolume(t)}getMuted(){return this.player.getMuted()}setMuted(t){this.isDestroyed||this.player.setMuted(t)}getPlaybackRate(){return this.player.getPlaybackRate()}setPlaybackRate(t,e){this.isDestroyed||this.player.setPlaybackRate(t,e)}setSinkId(t){return this.isDestroyed?Promise.resolve():this.player.setSinkId(t)}getMediaElement(){return this.webAudioPlayer?null:this.player.getMediaElement()}play(t,e){return kt(this,void 0,void 0,function*(){if(this.isDestroyed)return;t!=null&&this.setTime(t);let r=yield this.player.play();return e!=null&&(this.webAudioPlayer?this.webAudioPlayer.stopAt(e):this.stopAtPosition=e),r})}playPause(){return kt(this,void 0,void 0,function*(){return this.isPlaying()?this.pause():this.play()})}stop(){this.pause(),this.setTime(0)}skip(t){this.setTime(this.getCurrentTime()+t)}empty(){this.load("",[[0]],.001).catch(()=>{})}setMediaElement(t){this.isDestroyed||(this.unsubscribePlayerEvents(),this.player.setMediaElement(t),this.webAudioPlayer=t instanceof xt?t:null,this.initPlayerEvents())}exportImage(){return kt(this,arguments,void 0,function*(t="image/png",e=1,r="dataURL"){return this.renderer.exportImage(t,e,r)})}destroy(){var t;this.isDestroyed||(this.isDestroyed=!0,this.emit("destroy"),this.plugins.forEach(e=>e.destroy()),this.scope.dispose(),this.loadScope=null,this.decodedData=null,this.wavesurferActions.setAudioBuffer(null),this.renderer.destroy(),this.player.destroy(),this.unAll(),(t=this.internalWebAudioPlayer)===null||t===void 0||t.destroy())}};Te.BasePlugin=yt;Te.dom=rr;Te.definePlugin=Vi;var hr=Te;var Ts=`
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
`;function Je(i,...t){let e=document.createElement("div");return e.className=i,e.setAttribute("part",i),e.append(...t),e}function As(){let i=document.createElement("div"),t=i.attachShadow({mode:"open"}),e=new CSSStyleSheet;return e.replaceSync(Ts),t.adoptedStyleSheets=[e],t.append(Je("scroll",Je("wrapper",Je("canvases"),Je("progress"),Je("cursor")))),[i,t]}var en=bt.prototype;if(!en.initHtml)throw new Error("wavesurfer.js: Renderer.initHtml is gone, its styles cannot be replaced");en.initHtml=As;var tn=84,rn=5,nn=30,Ls=76,sn=1.5,Ds=[1,2,5,10,15,30,60,120,300,600,900,1800,3600],j=class extends ${constructor(){super();this.duration_ms=0;this.peaks=[[0,0],[0,0]];this.stretches=[];this.moments=[];this.left=[];this.right=[];this.note="";this.position_s=0;this.width_px=0;this.flags=[];this.surfer=null;this.scheme=matchMedia("(prefers-color-scheme: dark)");this.repaint=()=>this.surfer?.setOptions(this.paint());this.observer=new ResizeObserver(()=>{this.width_px=this.wave.clientWidth});new C(this)}connectedCallback(){super.connectedCallback(),this.scheme.addEventListener("change",this.repaint)}disconnectedCallback(){super.disconnectedCallback(),this.scheme.removeEventListener("change",this.repaint),this.observer.disconnect(),this.surfer?.destroy(),this.surfer=null}async toggle(){await this.surfer?.playPause()}seek(e){this.surfer?.setTime(Math.min(this.duration_ms/1e3,Math.max(0,e)))}get current_s(){return this.position_s}colour(e){return getComputedStyle(this).getPropertyValue(e).trim()}paint(){let e=r=>({waveColor:this.colour(`--${r}-soft`),progressColor:this.colour(`--${r}`),height:tn});return{splitChannels:[e("caller"),e("called")],cursorColor:this.colour("--text")}}create_surfer(){this.surfer=hr.create({...this.paint(),container:this.wave,media:this.media,peaks:this.peaks,duration:this.duration_ms/1e3,height:tn,maxPeak:er(this.peaks),normalize:!0,barHeight:.88,barWidth:2,barGap:1,barRadius:1,barMinHeight:1,cursorWidth:2,dragToSeek:!0,hideScrollbar:!0}),this.surfer.on("timeupdate",e=>{this.position_s=e,this.dispatchEvent(new CustomEvent("position",{detail:e}))}),this.surfer.on("error",()=>{})}willUpdate(e){(e.has("moments")||e.has("width_px"))&&(this.flags=yi(this.moments,this.width_px))}firstUpdated(){this.observer.observe(this.wave),this.create_surfer()}updated(e){if(this.surfer&&e.has("peaks")&&e.get("peaks")){let[r,n]=[this.peaks,this.duration_ms/1e3];this.surfer.setOptions({peaks:r,duration:n,maxPeak:er(r)})}}key_target(e){let r=this.duration_ms/1e3;switch(e){case"ArrowLeft":case"ArrowDown":return this.position_s-rn;case"ArrowRight":case"ArrowUp":return this.position_s+rn;case"PageDown":return this.position_s-nn;case"PageUp":return this.position_s+nn;case"Home":return 0;case"End":return r;default:return null}}key_down(e){if(e.ctrlKey||e.altKey||e.metaKey)return;let r=this.key_target(e.key);r!==null?(e.preventDefault(),this.seek(r)):e.key===" "&&(e.preventDefault(),this.dispatchEvent(new Event("toggle")))}ticks(){let e=this.duration_ms/1e3,r=Math.max(1,Math.floor(this.width_px/Ls)),n=Ds.find(o=>e/o<=r)??7200,s=[];for(let o=0;o<e;o+=n)s.push(o);return s}render_parties(e,r){return h`<div class="parties ${e}">
            <span class="role">${c(e==="caller"?"lane_caller":"lane_called")}</span>
            ${r.map(n=>h`<span class="party">
                        <span class="name">${K(n)}</span>
                        <span class="number">${Ce(n)}</span>
                    </span>`)}
        </div>`}render_moment(e){let r=`left:${e.at*100}%`;return h`<div
            class="moment moment-${e.sign} ${e.lane}"
            .style=${r}
        ></div>`}render_flag({moment:e,row:r,left_px:n,words:s}){let o=`left:${n}px;top:${r*sn}rem`;return h`<span class="flag ${e.lane}" .style=${o}
            >${gt(e.sign)}${s?e.label:f}</span
        >`}render_flags(){if(this.moments.length===0)return f;let e=1+Math.max(0,...this.flags.map(({row:r})=>r));return h`<div
            class="flags"
            aria-hidden="true"
            .style=${`height:${e*sn}rem`}
        >
            ${this.flags.map(r=>this.render_flag(r))}
        </div>`}render_stretch(e){let r=`left:${e.start*100}%;width:${e.length*100}%`,{cause:n,lane:s,mark:o}=e,a=`cause cause-${n} ${s} ${o?"mark":""}`;return h`<div class=${a} .style=${r}></div>`}render_tick(e){let r=`left:${e/(this.duration_ms/1e3)*100}%`;return h`<span class="tick" .style=${r}>${B(e*1e3)}</span>`}render(){let e=this.duration_ms/1e3,r=n=>I(Math.floor(n)*1e3,"long");return h`
            ${this.render_parties("caller",this.left)}
            <div
                class="board"
                role="slider"
                tabindex="0"
                aria-label=${c("position")}
                aria-valuemin="0"
                aria-valuemax=${Math.floor(e)}
                aria-valuenow=${Math.floor(this.position_s)}
                aria-valuetext=${c("position_value",{now:r(this.position_s),total:r(e)})}
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
        `}};j.styles=[T,vt,wi],m([y({attribute:!1})],j.prototype,"media",2),m([y({attribute:!1})],j.prototype,"duration_ms",2),m([y({attribute:!1})],j.prototype,"peaks",2),m([y({attribute:!1})],j.prototype,"stretches",2),m([y({attribute:!1})],j.prototype,"moments",2),m([y({attribute:!1})],j.prototype,"left",2),m([y({attribute:!1})],j.prototype,"right",2),m([y()],j.prototype,"note",2),m([_()],j.prototype,"position_s",2),m([_()],j.prototype,"width_px",2),m([R(".wave")],j.prototype,"wave",2),j=m([M("recorder-lanes")],j);var on=["fact_side","codec","packets_received","packets_lost","packets_late","packets_duplicate","packets_ignored","packets_refused"],Os=["fact_side","quality","jitter","speech","longest_silence"],Ze="–",Ae=class extends ${constructor(){super(),new C(this)}measured_texts({quality:t,speech_ms:e,longest_silence_ms:r}){let{duration_ms:n}=this.recording,s=e!==null&&n>0?e/n:0;return[t?c("quality_value",{mos:Ut(t.mos,2),r:Ut(t.r_factor,1)}):Ze,t?Qr(t.jitter_us):Ze,e===null?Ze:c("speech_value",{time:I(e),share:Yr(s)}),r===null?Ze:I(r)]}render_summary(t){let{talk_over_ms:e}=this.recording,r=t.some(s=>s.quality!==null),n=[];return typeof e=="number"&&n.push(c("talk_over",{time:I(e)})),r&&n.push(c("quality_hint")),n.length>0?h`<p class="hint">${n.join(" ")}</p>`:f}figures(t,e){let r=this.figure_texts(t);return e?[...r,this.render_alone(t)]:r}figure_texts(t){let e=[t.packets_received,t.packets_lost,t.packets_late,t.packets_duplicate,t.packets_ignored,t.packets_refused];return[t.codec,...e.map(F)]}render_alone(t){if(t.own_channel===null)return Ze;let e=this.recording.legs?.indexOf(t)??0,r=xe(this.recording,t);return h`<a
            href=${zr(this.recording.id,e)}
            download
            aria-label=${c("download_leg",{name:r})}
            >${c("download")}</a
        >`}render_leg(t,e){let r=c(t.channel==="left"?"lane_caller":"lane_called"),n=(this.recording.legs?.length??0)>2;return h`<tr>
            <th scope="row">
                ${r}${n?h` · ${xe(this.recording,t)}`:f}
            </th>
            ${e.map(s=>h`<td>${s}</td>`)}
        </tr>`}render_table(t,e,r){let n=this.recording.legs??[];return h`<div class="scroll" tabindex="0" role="group" aria-label=${c("technical")}>
            <table class=${t}>
                <thead>
                    <tr>
                        ${e.map(s=>h`<th scope="col">${c(s)}</th>`)}
                    </tr>
                </thead>
                <tbody>
                    ${n.map(s=>this.render_leg(s,r(s)))}
                </tbody>
            </table>
        </div>`}render(){let t=this.recording.legs??[],e=t.some(n=>n.own_channel!==null),r=e?[...on,"kept_alone"]:on;return h`<details>
            <summary>${c("technical")}</summary>
            ${t.length>0?h`${this.render_table("measured",Os,n=>this.measured_texts(n))}
                          ${this.render_summary(t)}
                          ${this.render_table("counted",r,n=>this.figures(n,e))}`:f}
            <p class="hint">${c("identifier")}: <code>${this.recording.id}</code></p>
        </details>`}};Ae.styles=[T,E`
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
        `],m([y({attribute:!1})],Ae.prototype,"recording",2),Ae=m([M("recorder-legs")],Ae);function $t(i){return i.state==="sealed"||i.state==="recovered"}function an({recording:i,parts:t}){let e=t.findIndex(r=>r.id===i.id);return e<0?null:t.slice(e+1).find($t)??null}async function ln(i,t){let e=await ot(i,t),[r,n]=$t(e)?await Promise.allSettled([Wr(i,t),Hr(i,t)]):[null,null],s=r?.status==="fulfilled"?r.value:[],o=n?.status==="fulfilled"?n.value:null,a=e.conversation?.recordings??[],{duration_ms:l,legs:d=[]}=e;return{recording:e,parts:a.length>1?a:[],facts:ui(s),facts_failed:r?.status==="rejected",lanes:ki(o,l),stretches:vi(s,d,l),moments:bi(s,d,l),waveform_note:n?.status==="rejected"?"waveform_failed":o?"":"no_waveform"}}var Ns=3e3,dn=127;function js(i){return new TextEncoder().encode(i).length}function Is(i){let t=[...i];for(;js(t.join(""))>dn;)t.pop();return t.join("")}var Q=class extends ${constructor(){super();this.paused=null;this.doing="";this.problem="";this.reason_missing=!1;this.timer=0;this.asked=0;new C(this)}connectedCallback(){super.connectedCallback(),this.timer=window.setInterval(()=>{this.look_if_paused()},Ns)}disconnectedCallback(){super.disconnectedCallback(),window.clearInterval(this.timer)}willUpdate(e){e.has("recording")&&(this.paused=this.recording.paused??null)}look_if_paused(){this.paused!=="nobody"&&!this.doing&&document.visibilityState==="visible"&&this.look()}async look(){let e=this.asked;try{let{paused:r=null,state:n}=await ot(this.recording.id);if(e!==this.asked)return;this.paused=r,n!=="recording"&&this.dispatchEvent(new Event("over"))}catch(r){e===this.asked&&(this.paused=null,this.note_session(r))}}note_session(e){te(e)&&this.dispatchEvent(new Event("session-over"))}async ask(e,r){if(!this.doing){this.doing=e,this.problem="",this.asked+=1;try{await r()}catch(n){this.problem=J(n),this.note_session(n)}await this.look(),this.doing=""}}async pause(e){e.preventDefault();let r=Is(this.reason.value.trim());if(this.reason_missing=!r,!r){this.reason.focus();return}let n=this.side.value;await this.ask("pause",()=>jr(this.recording.id,r,n==="both"?null:n))}async resume(){this.paused!=="nobody"&&await this.ask("resume",()=>Ir(this.recording.id))}render_state(){let e=this.paused,r=e?c(`paused_${e}`):c("paused_unknown"),n=e==="nobody"?"kept":"caution",s=e==="nobody"?qt():e?Be():D();return h`<p class="notice ${n}" role="status">${s}<span>${r}</span></p>`}render_fields(){return h`<div class="field reason">
                <label for="reason">${c("pause_reason")}</label>
                <input
                    id="reason"
                    maxlength=${dn}
                    autocomplete="off"
                    aria-describedby="reason-hint"
                    aria-invalid=${this.reason_missing}
                    @input=${()=>this.reason_missing=!1}
                />
                <p id="reason-hint" class="hint">
                    ${this.reason_missing?h`<span class="missing">${c("pause_reason_missing")}</span>`:c("pause_reason_hint")}
                </p>
            </div>
            <div class="field">
                <label for="side">${c("pause_side")}</label>
                <select id="side">
                    <option value="both">${c("fact_both")}</option>
                    <option value="caller">${c("lane_caller")}</option>
                    <option value="called">${c("lane_called")}</option>
                </select>
            </div>`}render(){return h`<form novalidate aria-labelledby="title" @submit=${this.pause}>
            <h3 id="title">${c("pause_title")}</h3>
            <p class="hint">${c("pause_lead")}</p>
            ${this.render_state()}
            <div class="fields">${this.render_fields()}</div>
            <div class="buttons">
                <button class="button" aria-disabled=${!!this.doing}>
                    ${Be()}${c(this.doing==="pause"?"pausing":"pause_recording")}
                </button>
                <button
                    type="button"
                    class="button ${this.paused==="nobody"?"":"primary"}"
                    aria-disabled=${!!this.doing||this.paused==="nobody"}
                    @click=${this.resume}
                >
                    ${qt()}${c(this.doing==="resume"?"resuming":"resume_recording")}
                </button>
            </div>
            ${this.problem?h`<p class="notice problem" role="alert">
                          ${D()}<span>${this.problem}</span>
                      </p>`:f}
        </form>`}};Q.styles=[T,E`
            :host {
                display: block;
                container-type: inline-size;
            }
            form {
                display: grid;
                gap: 0.75rem;
                padding: 1rem;
                border: 1px solid var(--line);
                border-radius: var(--radius);
                background: var(--sunken);
            }
            h3 {
                font-size: 1rem;
            }
            .notice.kept {
                background: var(--surface);
            }
            .fields {
                display: grid;
                grid-template-columns: minmax(0, 1fr) auto;
                align-items: start;
                gap: 0.75rem;
            }
            .missing {
                color: var(--danger);
                font-weight: 600;
            }
            .buttons {
                display: flex;
                flex-wrap: wrap;
                gap: 0.6rem;
            }
            @container (max-width: 26rem) {
                .fields {
                    grid-template-columns: minmax(0, 1fr);
                }
            }
        `],m([y({attribute:!1})],Q.prototype,"recording",2),m([_()],Q.prototype,"paused",2),m([_()],Q.prototype,"doing",2),m([_()],Q.prototype,"problem",2),m([_()],Q.prototype,"reason_missing",2),m([R("#reason")],Q.prototype,"reason",2),m([R("#side")],Q.prototype,"side",2),Q=m([M("recorder-pause")],Q);var cn=E`
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
`;var un=10,z=class extends ${constructor(){super();this.recording_id="";this.loaded=null;this.problem=null;this.playback_problem="";this.playing=!1;this.ended=!1;this.position_s=0;this.media=document.createElement("audio");this.aborter=new AbortController;this.play_id="";this.heading_held=!1;new C(this),this.media.controls=!0,this.media.preload="none";for(let e of["play","pause","ended","seeked"])this.media.addEventListener(e,()=>{this.playing=!this.media.paused,this.ended=this.media.ended});this.media.addEventListener("error",()=>{this.playback_failed()})}disconnectedCallback(){super.disconnectedCallback(),this.aborter.abort(),this.unload_media()}focus_heading(){this.heading?.focus()}willUpdate(e){e.has("recording_id")&&this.recording_id&&this.load();let r=this.renderRoot?.activeElement;this.heading_held=!!r&&r===this.heading}updated(){this.heading_held&&this.shadowRoot?.activeElement!==this.heading&&this.focus_heading()}unload_media(){this.media.pause(),this.media.hasAttribute("src")&&(this.media.removeAttribute("src"),this.media.load())}async load(){this.aborter.abort(),this.aborter=new AbortController;let{signal:e}=this.aborter;this.unload_media(),this.loaded=null,this.problem=null,this.playback_problem="",this.position_s=0,this.ended=!1,this.play_id=this.play_id===this.recording_id?this.play_id:"";try{let r=await ln(this.recording_id,e);e.aborted||(this.media.src=Wt(this.recording_id),this.loaded=r,await this.play_if_asked())}catch(r){!e.aborted&&!st(r)&&this.fail(r)}}async play_if_asked(){let e=this.play_id===this.recording_id;this.play_id="",await this.updateComplete,await this.lanes?.updateComplete,e&&await this.toggle()}fail(e){this.problem=e,te(e)&&this.dispatchEvent(new Event("session-over"))}async playback_failed(){let e=this.recording_id;if(!this.media.hasAttribute("src"))return;let r=await Fr(e);e===this.recording_id&&(this.playback_problem=r?J(r):c("problem_playback"),te(r)&&this.dispatchEvent(new Event("session-over")))}async toggle(){this.playback_problem="";try{await this.lanes?.toggle()}catch{}}skip(e){this.lanes?.seek(this.position_s+e)}open(e){this.dispatchEvent(new CustomEvent("open",{detail:e}))}play_next(e){this.play_id=e.id,this.open(e.id)}close(){this.dispatchEvent(new Event("close"))}render_close(){return h`<button class="button quiet close" @click=${this.close}>
            <span class="narrow">${ri()}${c("back_to_list")}</span>
            <span class="wide"
                >${ti()}<span class="visually-hidden">${c("close")}</span></span
            >
        </button>`}render_header(e){let{other:r}=Ve(e),n=new Date(e.started_at),s=e.ended_at?new Date(e.ended_at):null,o=Ce(r);return h`<header>
            ${this.render_close()}
            <div class="title">
                <h2 tabindex="-1">${K(r)}</h2>
                <p class="below">
                    ${o?h`<span class="number">${o}</span>`:f}
                    <span class="badge ${e.state}"
                        ><span class="visually-hidden">${c("state")} </span>${c(`state_${e.state}`)}</span
                    >
                </p>
            </div>
            <dl>
                <div>
                    <dt>${c("when")}</dt>
                    <dd>${Xr(n,s)}</dd>
                </div>
                <div>
                    <dt>${c("direction")}</dt>
                    <dd class="direction">
                        ${ct(e.direction)}${pt(e.direction)}
                        ${mt(e)}
                    </dd>
                </div>
                ${e.ended_at?h`<div>
                              <dt>${c("duration")}</dt>
                              <dd>${I(e.duration_ms)}</dd>
                          </div>`:f}
            </dl>
        </header>`}render_controls(e){let r=this.playing?"pause":"play",n=B(this.position_s*1e3);return h`<div class="controls">
            <button
                class="button skip"
                aria-label=${`−10 s, ${c("back_10")}`}
                @click=${()=>this.skip(-un)}
            >
                −10 s
            </button>
            <button class="button primary play" @click=${this.toggle}>
                ${this.playing?Be():Zr()}${c(r)}
            </button>
            <button
                class="button skip"
                aria-label=${`+10 s, ${c("forward_10")}`}
                @click=${()=>this.skip(un)}
            >
                +10 s
            </button>
            <p class="clock">
                <span id="position">${n}</span>
                <span class="total">/ ${B(e.duration_ms)}</span>
            </p>
            <a class="button" href=${Ht(e.id)} download>
                ${ni()}${c("download")}
            </a>
        </div>`}render_next(e){let r=this.ended?an(e):null;return h`<p class="visually-hidden" role="status">
                ${r?c("part_ended"):f}
            </p>
            ${r?this.render_next_button(r,e.recording):f}`}render_next_button(e,r){let n=dt(new Date(e.started_at),new Date(r.started_at));return h`<div class="next">
            <button class="button" @click=${()=>this.play_next(e)}>
                ${ei()}${c("play_next_part")}
            </button>
            <span class="hint"
                >${n} · ${K(e.caller)} <span aria-hidden="true">→</span
                ><span class="visually-hidden">${c("party_to")}</span>
                ${K(e.called)}</span
            >
        </div>`}render_audio(e){let{recording:r}=e;return h`
            ${this.render_controls(r)} ${this.render_next(e)}
            ${this.playback_problem?h`<p class="notice problem" role="alert">
                          ${D()}<span>${this.playback_problem}</span>
                      </p>`:f}
            <recorder-lanes
                .media=${this.media}
                .duration_ms=${r.duration_ms}
                .peaks=${e.lanes}
                .stretches=${e.stretches}
                .moments=${e.moments}
                .left=${Vt(r,"left")}
                .right=${Vt(r,"right")}
                .note=${e.waveform_note?c(e.waveform_note):""}
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
                <p class="hint" id="browser-player">${c("browser_player")}</p>
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
        ></recorder-conversation>`}render_note({state:e,damaged:r}){let n={recording:"",sealed:"",recovered:"caution",failed:"problem"}[e],s=e==="sealed"?f:h`<p class="notice ${n}">
                      ${D()}<span>${c(`note_${e}`)}</span>
                  </p>`;return[r&&(e==="sealed"||e==="recovered")?h`<p class="notice problem">
                      ${D()}<span>${c("note_damaged")}</span>
                  </p>`:f,s]}render_going_on(e){return h`<recorder-pause
                .recording=${e}
                @over=${this.load}
                @session-over=${()=>this.dispatchEvent(new Event("session-over"))}
            ></recorder-pause>
            <p>
                <button class="button" @click=${this.load}>${c("reload")}</button>
            </p>`}render_waiting(){return h`<header>
            ${this.render_close()}
            <div class="title"><h2 tabindex="-1">${c("call")}</h2></div>
            ${this.problem?h`<p class="notice problem" role="alert">
                              ${D()}<span>${J(this.problem)}</span>
                          </p>
                          <p>
                              <button class="button" @click=${this.load}>
                                  ${c("try_again")}
                              </button>
                          </p>`:h`<p class="hint" role="status">${c("loading")}</p>`}
        </header>`}render(){if(!this.loaded)return this.render_waiting();let{recording:e}=this.loaded;return this.media.setAttribute("aria-label",c("browser_player")),h`
            ${this.render_header(e)} ${this.render_conversation(this.loaded)}
            ${this.render_note(e)}
            ${$t(e)?this.render_audio(this.loaded):e.state==="recording"?this.render_going_on(e):f}
            <recorder-legs .recording=${e}></recorder-legs>
        `}};z.styles=[T,cn],m([y({attribute:!1})],z.prototype,"recording_id",2),m([_()],z.prototype,"loaded",2),m([_()],z.prototype,"problem",2),m([_()],z.prototype,"playback_problem",2),m([_()],z.prototype,"playing",2),m([_()],z.prototype,"ended",2),m([_()],z.prototype,"position_s",2),m([R("recorder-lanes")],z.prototype,"lanes",2),m([R("h2")],z.prototype,"heading",2),z=m([M("recorder-player")],z);var Ws=1e3,V=class extends ${constructor(){super();this.message="";this.busy=!1;this.problem=null;this.missing="";this.wait_s=0;this.wait_said_s=0;this.timer=0;new C(this)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}firstUpdated(){this.customer_input.focus()}count_down(e){clearInterval(this.timer),this.wait_s=Math.max(1,Math.ceil(e)),this.wait_said_s=this.wait_s,this.timer=window.setInterval(()=>{this.wait_s-=1,this.wait_s<=0&&clearInterval(this.timer)},Ws)}find_missing(){return this.missing="",this.customer_input.value.trim()?this.pin_input.value||(this.missing="pin",this.pin_input.focus()):(this.missing="customer",this.customer_input.focus()),this.missing!==""}refused(e){this.problem=e,e instanceof N&&e.status===429&&this.count_down(e.retry_after_s),this.pin_input.value="",this.pin_input.focus()}async submit(e){if(e.preventDefault(),!(this.busy||this.wait_s>0)&&(this.problem=null,!this.find_missing())){this.busy=!0;try{await Ar(this.customer_input.value.replace(/\s/g,""),this.pin_input.value),this.dispatchEvent(new Event("signed-in"))}catch(r){this.refused(r)}finally{this.busy=!1}}}problem_text(){if(this.missing)return c(this.missing==="pin"?"fill_pin":"fill_customer");if(this.problem instanceof N)switch(this.problem.status){case 400:case 401:return c("wrong_pin");case 429:return this.wait_s>0?c("wait_seconds",{seconds:ft(this.wait_s)}):c("wait_over")}return this.problem?J(this.problem):""}render_problem(){let e=this.problem_text();if(!e)return this.message?h`<p class="notice">${D()}<span>${c(this.message)}</span></p>`:f;let r=this.wait_s>0;return h`<p class="notice problem" id="problem">
            ${D()}<span aria-hidden=${r?"true":"false"}>${e}</span>
            ${r?h`<span class="visually-hidden"
                      >${c("wait_seconds",{seconds:ft(this.wait_said_s)})}</span
                  >`:f}
        </p>`}render_field(e,r){let n=this.missing===e||this.problem instanceof N&&this.problem.status===401;return h`<div class="field">
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
                <div class="mark">${ut()}<span>${c("product")}</span></div>
                <div>
                    <h1 id="title">${c("sign_in_title")}</h1>
                    <p class="lead">${c("sign_in_lead")}</p>
                </div>
                <div role="alert">${this.render_problem()}</div>
                ${this.render_field("customer",c("customer_number"))}
                ${this.render_field("pin",c("pin"))}
                <button class="button primary" aria-disabled=${e?"true":"false"}>
                    ${c(this.busy?"signing_in":"sign_in")}
                </button>
            </form>
        </main>`}};V.styles=[T,E`
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
        `],m([y()],V.prototype,"message",2),m([_()],V.prototype,"busy",2),m([_()],V.prototype,"problem",2),m([_()],V.prototype,"missing",2),m([_()],V.prototype,"wait_s",2),m([_()],V.prototype,"wait_said_s",2),m([R("#customer")],V.prototype,"customer_input",2),m([R("#pin")],V.prototype,"pin_input",2),V=m([M("recorder-sign-in")],V);var Hs=[["da","Dansk"],["en","English"]];function Fs(i,t){return i.number===t.number&&i.from===t.from&&i.to===t.to}var U=class extends ${constructor(){super();this.phase="starting";this.session=null;this.route=Ke();this.filter=this.route;this.sign_in_message="";this.problem=null;this.popped=()=>this.show(Ke());this.page_shown=e=>{e.persisted&&this.session&&this.find_session("signed_out_idle")};this.key_down=e=>{e.key==="Escape"&&this.route.id&&!e.defaultPrevented&&this.close_call()};new C(this)}connectedCallback(){super.connectedCallback(),window.addEventListener("popstate",this.popped),window.addEventListener("keydown",this.key_down),window.addEventListener("pageshow",this.page_shown),this.find_session("")}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener("popstate",this.popped),window.removeEventListener("keydown",this.key_down),window.removeEventListener("pageshow",this.page_shown)}updated(){document.documentElement.lang=L.code;let e=this.phase==="signed-out"?c("sign_in_title"):c("calls");document.title=`${e} · ${c("product")}`}async find_session(e){try{this.session=await Dr(),this.phase="signed-in",this.sign_in_message=""}catch(r){te(r)?this.leave(e):(this.problem=r,this.phase="failed")}}async signed_in(){await this.find_session(""),await this.updateComplete,this.main?.focus()}leave(e){this.session=null,this.sign_in_message=e,this.phase="signed-out"}async sign_out(){try{await Lr()}catch(e){if(!te(e)){this.problem=e;return}}this.go({number:"",from:"",to:"",id:""}),this.leave("signed_out")}show(e){if(this.route=e,!Fs(e,this.filter)){let{number:r,from:n,to:s}=e;this.filter={number:r,from:n,to:s}}}go(e){let r=Ee(e);r!==location.pathname+location.search&&history.pushState(null,"",r),this.show(e)}async open_call(e){this.go({...this.route,id:e}),await this.updateComplete,this.player?.focus_heading(),matchMedia("(max-width: 899px)").matches&&window.scrollTo({top:0})}async close_call(){let{id:e}=this.route;this.go({...this.route,id:""}),await this.updateComplete,this.list?.focus_row(e)}render_language(){return h`<div class="languages" role="group" aria-label=${c("language")}>
            ${Hs.map(([e,r])=>h`<button
                        lang=${e}
                        aria-pressed=${L.code===e?"true":"false"}
                        @click=${()=>L.choose(e)}
                    >
                        ${r}
                    </button>`)}
        </div>`}render_header(){let{session:e}=this;return h`<header>
            ${e?h`<button class="skip" @click=${()=>this.main?.focus()}>
                          ${c("skip_to_content")}
                      </button>
                      <p class="product">${ut()}<span>${c("product")}</span></p>`:h`<span></span>`}
            <div class="tools">
                ${e?h`<p class="who">
                          <span class="visually-hidden">${c("signed_in_as")}</span>
                          <strong>${e.name||e.customer}</strong>
                          ${e.name?h`<span>${e.customer}</span>`:f}
                      </p>`:f}
                ${this.render_language()}
                ${e?h`<button class="button sign-out" @click=${this.sign_out}>
                          ${c("sign_out")}
                      </button>`:f}
            </div>
        </header>`}render_detail(){let{id:e}=this.route;return e?h`<recorder-player
            .recording_id=${e}
            @close=${this.close_call}
            @open=${r=>this.open_call(r.detail)}
            @session-over=${()=>this.leave("signed_out_idle")}
        ></recorder-player>`:h`<div class="choose">
                ${ht()}
                <p class="choose-title">${c("choose_title")}</p>
                <p>${c("choose_text")}</p>
            </div>`}render_calls(){return h`<main id="calls" tabindex="-1" class=${this.route.id?"open":""}>
            <div class="find">
                <h1>${c("calls")}</h1>
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
            <section class="detail" aria-label=${c("call")}>${this.render_detail()}</section>
        </main>`}render_problem(){return h`<p class="notice problem" role="alert">
            ${D()}<span>${J(this.problem)}</span>
        </p>`}retry(){this.problem=null,this.phase="starting",this.find_session("")}render_phase(){switch(this.phase){case"starting":return h`<p class="starting" role="status">${c("loading")}</p>`;case"signed-out":return h`<recorder-sign-in
                    .message=${this.sign_in_message}
                    @signed-in=${this.signed_in}
                ></recorder-sign-in>`;case"signed-in":return this.render_calls();case"failed":return h`<main class="failed">
                    ${this.render_problem()}
                    <button class="button" @click=${this.retry}>${c("try_again")}</button>
                </main>`}}render(){return h`${this.render_header()} ${this.render_phase()}`}};U.styles=[T,Ur],m([_()],U.prototype,"phase",2),m([_()],U.prototype,"session",2),m([_()],U.prototype,"route",2),m([_()],U.prototype,"filter",2),m([_()],U.prototype,"sign_in_message",2),m([_()],U.prototype,"problem",2),m([R("recorder-list")],U.prototype,"list",2),m([R("recorder-player")],U.prototype,"player",2),m([R("main")],U.prototype,"main",2),U=m([M("recorder-app")],U);
