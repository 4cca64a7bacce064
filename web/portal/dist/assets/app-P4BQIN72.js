var Ft=Object.defineProperty;var ki=Object.getOwnPropertyDescriptor;var $i=(i,t)=>{for(var e in t)Ft(i,e,{get:t[e],enumerable:!0})};var m=(i,t,e,r)=>{for(var s=r>1?void 0:r?ki(t,e):t,n=i.length-1,o;n>=0;n--)(o=i[n])&&(s=(r?o(t,e,s):o(s))||s);return r&&s&&Ft(t,e,s),s};var ze=globalThis,Ue=ze.ShadowRoot&&(ze.ShadyCSS===void 0||ze.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,ut=Symbol(),qt=new WeakMap,xe=class{constructor(t,e,r){if(this._$cssResult$=!0,r!==ut)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=t,this.t=e}get styleSheet(){let t=this.o,e=this.t;if(Ue&&t===void 0){let r=e!==void 0&&e.length===1;r&&(t=qt.get(e)),t===void 0&&((this.o=t=new CSSStyleSheet).replaceSync(this.cssText),r&&qt.set(e,t))}return t}toString(){return this.cssText}},Vt=i=>new xe(typeof i=="string"?i:i+"",void 0,ut),C=(i,...t)=>{let e=i.length===1?i[0]:t.reduce((r,s,n)=>r+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[n+1],i[0]);return new xe(e,i,ut)},Kt=(i,t)=>{if(Ue)i.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of t){let r=document.createElement("style"),s=ze.litNonce;s!==void 0&&r.setAttribute("nonce",s),r.textContent=e.cssText,i.appendChild(r)}},ht=Ue?i=>i:i=>i instanceof CSSStyleSheet?(t=>{let e="";for(let r of t.cssRules)e+=r.cssText;return Vt(e)})(i):i;var{is:Si,defineProperty:Ei,getOwnPropertyDescriptor:Ci,getOwnPropertyNames:Pi,getOwnPropertySymbols:Ai,getPrototypeOf:Ti}=Object,Be=globalThis,Gt=Be.trustedTypes,Ri=Gt?Gt.emptyScript:"",Mi=Be.reactiveElementPolyfillSupport,ke=(i,t)=>i,$e={toAttribute(i,t){switch(t){case Boolean:i=i?Ri:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,t){let e=i;switch(t){case Boolean:e=i!==null;break;case Number:e=i===null?null:Number(i);break;case Object:case Array:try{e=JSON.parse(i)}catch{e=null}}return e}},Fe=(i,t)=>!Si(i,t),Xt={attribute:!0,type:String,converter:$e,reflect:!1,useDefault:!1,hasChanged:Fe};Symbol.metadata??=Symbol("metadata"),Be.litPropertyMetadata??=new WeakMap;var Q=class extends HTMLElement{static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(t,e=Xt){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(t)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(t,e),!e.noAccessor){let r=Symbol(),s=this.getPropertyDescriptor(t,r,e);s!==void 0&&Ei(this.prototype,t,s)}}static getPropertyDescriptor(t,e,r){let{get:s,set:n}=Ci(this.prototype,t)??{get(){return this[e]},set(o){this[e]=o}};return{get:s,set(o){let l=s?.call(this);n?.call(this,o),this.requestUpdate(t,l,r)},configurable:!0,enumerable:!0}}static getPropertyOptions(t){return this.elementProperties.get(t)??Xt}static _$Ei(){if(this.hasOwnProperty(ke("elementProperties")))return;let t=Ti(this);t.finalize(),t.l!==void 0&&(this.l=[...t.l]),this.elementProperties=new Map(t.elementProperties)}static finalize(){if(this.hasOwnProperty(ke("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(ke("properties"))){let e=this.properties,r=[...Pi(e),...Ai(e)];for(let s of r)this.createProperty(s,e[s])}let t=this[Symbol.metadata];if(t!==null){let e=litPropertyMetadata.get(t);if(e!==void 0)for(let[r,s]of e)this.elementProperties.set(r,s)}this._$Eh=new Map;for(let[e,r]of this.elementProperties){let s=this._$Eu(e,r);s!==void 0&&this._$Eh.set(s,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(t){let e=[];if(Array.isArray(t)){let r=new Set(t.flat(1/0).reverse());for(let s of r)e.unshift(ht(s))}else t!==void 0&&e.push(ht(t));return e}static _$Eu(t,e){let r=e.attribute;return r===!1?void 0:typeof r=="string"?r:typeof t=="string"?t.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(t=>this.enableUpdating=t),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(t=>t(this))}addController(t){(this._$EO??=new Set).add(t),this.renderRoot!==void 0&&this.isConnected&&t.hostConnected?.()}removeController(t){this._$EO?.delete(t)}_$E_(){let t=new Map,e=this.constructor.elementProperties;for(let r of e.keys())this.hasOwnProperty(r)&&(t.set(r,this[r]),delete this[r]);t.size>0&&(this._$Ep=t)}createRenderRoot(){let t=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Kt(t,this.constructor.elementStyles),t}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(t=>t.hostConnected?.())}enableUpdating(t){}disconnectedCallback(){this._$EO?.forEach(t=>t.hostDisconnected?.())}attributeChangedCallback(t,e,r){this._$AK(t,r)}_$ET(t,e){let r=this.constructor.elementProperties.get(t),s=this.constructor._$Eu(t,r);if(s!==void 0&&r.reflect===!0){let n=(r.converter?.toAttribute!==void 0?r.converter:$e).toAttribute(e,r.type);this._$Em=t,n==null?this.removeAttribute(s):this.setAttribute(s,n),this._$Em=null}}_$AK(t,e){let r=this.constructor,s=r._$Eh.get(t);if(s!==void 0&&this._$Em!==s){let n=r.getPropertyOptions(s),o=typeof n.converter=="function"?{fromAttribute:n.converter}:n.converter?.fromAttribute!==void 0?n.converter:$e;this._$Em=s;let l=o.fromAttribute(e,n.type);this[s]=l??this._$Ej?.get(s)??l,this._$Em=null}}requestUpdate(t,e,r,s=!1,n){if(t!==void 0){let o=this.constructor;if(s===!1&&(n=this[t]),r??=o.getPropertyOptions(t),!((r.hasChanged??Fe)(n,e)||r.useDefault&&r.reflect&&n===this._$Ej?.get(t)&&!this.hasAttribute(o._$Eu(t,r))))return;this.C(t,e,r)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(t,e,{useDefault:r,reflect:s,wrapped:n},o){r&&!(this._$Ej??=new Map).has(t)&&(this._$Ej.set(t,o??e??this[t]),n!==!0||o!==void 0)||(this._$AL.has(t)||(this.hasUpdated||r||(e=void 0),this._$AL.set(t,e)),s===!0&&this._$Em!==t&&(this._$Eq??=new Set).add(t))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let t=this.scheduleUpdate();return t!=null&&await t,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,n]of this._$Ep)this[s]=n;this._$Ep=void 0}let r=this.constructor.elementProperties;if(r.size>0)for(let[s,n]of r){let{wrapped:o}=n,l=this[s];o!==!0||this._$AL.has(s)||l===void 0||this.C(s,void 0,n,l)}}let t=!1,e=this._$AL;try{t=this.shouldUpdate(e),t?(this.willUpdate(e),this._$EO?.forEach(r=>r.hostUpdate?.()),this.update(e)):this._$EM()}catch(r){throw t=!1,this._$EM(),r}t&&this._$AE(e)}willUpdate(t){}_$AE(t){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(t)),this.updated(t)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(t){return!0}update(t){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(t){}firstUpdated(t){}};Q.elementStyles=[],Q.shadowRootOptions={mode:"open"},Q[ke("elementProperties")]=new Map,Q[ke("finalized")]=new Map,Mi?.({ReactiveElement:Q}),(Be.reactiveElementVersions??=[]).push("2.1.2");var _t=globalThis,Yt=i=>i,qe=_t.trustedTypes,Zt=qe?qe.createPolicy("lit-html",{createHTML:i=>i}):void 0,ir="$lit$",oe=`lit$${Math.random().toFixed(9).slice(2)}$`,sr="?"+oe,Di=`<${sr}>`,he=document,Ee=()=>he.createComment(""),Ce=i=>i===null||typeof i!="object"&&typeof i!="function",yt=Array.isArray,Li=i=>yt(i)||typeof i?.[Symbol.iterator]=="function",pt=`[ 	
\f\r]`,Se=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Qt=/-->/g,Jt=/>/g,ce=RegExp(`>|${pt}(?:([^\\s"'>=/]+)(${pt}*=${pt}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),er=/'/g,tr=/"/g,nr=/^(?:script|style|textarea|title)$/i,wt=i=>(t,...e)=>({_$litType$:i,strings:t,values:e}),p=wt(1),N=wt(2),qs=wt(3),pe=Symbol.for("lit-noChange"),g=Symbol.for("lit-nothing"),rr=new WeakMap,ue=he.createTreeWalker(he,129);function or(i,t){if(!yt(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Zt!==void 0?Zt.createHTML(t):t}var Oi=(i,t)=>{let e=i.length-1,r=[],s,n=t===2?"<svg>":t===3?"<math>":"",o=Se;for(let l=0;l<e;l++){let a=i[l],d,c,h=-1,f=0;for(;f<a.length&&(o.lastIndex=f,c=o.exec(a),c!==null);)f=o.lastIndex,o===Se?c[1]==="!--"?o=Qt:c[1]!==void 0?o=Jt:c[2]!==void 0?(nr.test(c[2])&&(s=RegExp("</"+c[2],"g")),o=ce):c[3]!==void 0&&(o=ce):o===ce?c[0]===">"?(o=s??Se,h=-1):c[1]===void 0?h=-2:(h=o.lastIndex-c[2].length,d=c[1],o=c[3]===void 0?ce:c[3]==='"'?tr:er):o===tr||o===er?o=ce:o===Qt||o===Jt?o=Se:(o=ce,s=void 0);let w=o===ce&&i[l+1].startsWith("/>")?" ":"";n+=o===Se?a+Di:h>=0?(r.push(d),a.slice(0,h)+ir+a.slice(h)+oe+w):a+oe+(h===-2?l:w)}return[or(i,n+(i[e]||"<?>")+(t===2?"</svg>":t===3?"</math>":"")),r]},Pe=class i{constructor({strings:t,_$litType$:e},r){let s;this.parts=[];let n=0,o=0,l=t.length-1,a=this.parts,[d,c]=Oi(t,e);if(this.el=i.createElement(d,r),ue.currentNode=this.el.content,e===2||e===3){let h=this.el.content.firstChild;h.replaceWith(...h.childNodes)}for(;(s=ue.nextNode())!==null&&a.length<l;){if(s.nodeType===1){if(s.hasAttributes())for(let h of s.getAttributeNames())if(h.endsWith(ir)){let f=c[o++],w=s.getAttribute(h).split(oe),v=/([.?@])?(.*)/.exec(f);a.push({type:1,index:n,name:v[2],strings:w,ctor:v[1]==="."?ft:v[1]==="?"?gt:v[1]==="@"?vt:ge}),s.removeAttribute(h)}else h.startsWith(oe)&&(a.push({type:6,index:n}),s.removeAttribute(h));if(nr.test(s.tagName)){let h=s.textContent.split(oe),f=h.length-1;if(f>0){s.textContent=qe?qe.emptyScript:"";for(let w=0;w<f;w++)s.append(h[w],Ee()),ue.nextNode(),a.push({type:2,index:++n});s.append(h[f],Ee())}}}else if(s.nodeType===8)if(s.data===sr)a.push({type:2,index:n});else{let h=-1;for(;(h=s.data.indexOf(oe,h+1))!==-1;)a.push({type:7,index:n}),h+=oe.length-1}n++}}static createElement(t,e){let r=he.createElement("template");return r.innerHTML=t,r}};function fe(i,t,e=i,r){if(t===pe)return t;let s=r!==void 0?e._$Co?.[r]:e._$Cl,n=Ce(t)?void 0:t._$litDirective$;return s?.constructor!==n&&(s?._$AO?.(!1),n===void 0?s=void 0:(s=new n(i),s._$AT(i,e,r)),r!==void 0?(e._$Co??=[])[r]=s:e._$Cl=s),s!==void 0&&(t=fe(i,s._$AS(i,t.values),s,r)),t}var mt=class{constructor(t,e){this._$AV=[],this._$AN=void 0,this._$AD=t,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(t){let{el:{content:e},parts:r}=this._$AD,s=(t?.creationScope??he).importNode(e,!0);ue.currentNode=s;let n=ue.nextNode(),o=0,l=0,a=r[0];for(;a!==void 0;){if(o===a.index){let d;a.type===2?d=new Ae(n,n.nextSibling,this,t):a.type===1?d=new a.ctor(n,a.name,a.strings,this,t):a.type===6&&(d=new bt(n,this,t)),this._$AV.push(d),a=r[++l]}o!==a?.index&&(n=ue.nextNode(),o++)}return ue.currentNode=he,s}p(t){let e=0;for(let r of this._$AV)r!==void 0&&(r.strings!==void 0?(r._$AI(t,r,e),e+=r.strings.length-2):r._$AI(t[e])),e++}},Ae=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(t,e,r,s){this.type=2,this._$AH=g,this._$AN=void 0,this._$AA=t,this._$AB=e,this._$AM=r,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let t=this._$AA.parentNode,e=this._$AM;return e!==void 0&&t?.nodeType===11&&(t=e.parentNode),t}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(t,e=this){t=fe(this,t,e),Ce(t)?t===g||t==null||t===""?(this._$AH!==g&&this._$AR(),this._$AH=g):t!==this._$AH&&t!==pe&&this._(t):t._$litType$!==void 0?this.$(t):t.nodeType!==void 0?this.T(t):Li(t)?this.k(t):this._(t)}O(t){return this._$AA.parentNode.insertBefore(t,this._$AB)}T(t){this._$AH!==t&&(this._$AR(),this._$AH=this.O(t))}_(t){this._$AH!==g&&Ce(this._$AH)?this._$AA.nextSibling.data=t:this.T(he.createTextNode(t)),this._$AH=t}$(t){let{values:e,_$litType$:r}=t,s=typeof r=="number"?this._$AC(t):(r.el===void 0&&(r.el=Pe.createElement(or(r.h,r.h[0]),this.options)),r);if(this._$AH?._$AD===s)this._$AH.p(e);else{let n=new mt(s,this),o=n.u(this.options);n.p(e),this.T(o),this._$AH=n}}_$AC(t){let e=rr.get(t.strings);return e===void 0&&rr.set(t.strings,e=new Pe(t)),e}k(t){yt(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,r,s=0;for(let n of t)s===e.length?e.push(r=new i(this.O(Ee()),this.O(Ee()),this,this.options)):r=e[s],r._$AI(n),s++;s<e.length&&(this._$AR(r&&r._$AB.nextSibling,s),e.length=s)}_$AR(t=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);t!==this._$AB;){let r=Yt(t).nextSibling;Yt(t).remove(),t=r}}setConnected(t){this._$AM===void 0&&(this._$Cv=t,this._$AP?.(t))}},ge=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(t,e,r,s,n){this.type=1,this._$AH=g,this._$AN=void 0,this.element=t,this.name=e,this._$AM=s,this.options=n,r.length>2||r[0]!==""||r[1]!==""?(this._$AH=Array(r.length-1).fill(new String),this.strings=r):this._$AH=g}_$AI(t,e=this,r,s){let n=this.strings,o=!1;if(n===void 0)t=fe(this,t,e,0),o=!Ce(t)||t!==this._$AH&&t!==pe,o&&(this._$AH=t);else{let l=t,a,d;for(t=n[0],a=0;a<n.length-1;a++)d=fe(this,l[r+a],e,a),d===pe&&(d=this._$AH[a]),o||=!Ce(d)||d!==this._$AH[a],d===g?t=g:t!==g&&(t+=(d??"")+n[a+1]),this._$AH[a]=d}o&&!s&&this.j(t)}j(t){t===g?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,t??"")}},ft=class extends ge{constructor(){super(...arguments),this.type=3}j(t){this.element[this.name]=t===g?void 0:t}},gt=class extends ge{constructor(){super(...arguments),this.type=4}j(t){this.element.toggleAttribute(this.name,!!t&&t!==g)}},vt=class extends ge{constructor(t,e,r,s,n){super(t,e,r,s,n),this.type=5}_$AI(t,e=this){if((t=fe(this,t,e,0)??g)===pe)return;let r=this._$AH,s=t===g&&r!==g||t.capture!==r.capture||t.once!==r.once||t.passive!==r.passive,n=t!==g&&(r===g||s);s&&this.element.removeEventListener(this.name,this,r),n&&this.element.addEventListener(this.name,this,t),this._$AH=t}handleEvent(t){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)}},bt=class{constructor(t,e,r){this.element=t,this.type=6,this._$AN=void 0,this._$AM=e,this.options=r}get _$AU(){return this._$AM._$AU}_$AI(t){fe(this,t)}};var Ni=_t.litHtmlPolyfillSupport;Ni?.(Pe,Ae),(_t.litHtmlVersions??=[]).push("3.3.3");var ar=(i,t,e)=>{let r=e?.renderBefore??t,s=r._$litPart$;if(s===void 0){let n=e?.renderBefore??null;r._$litPart$=s=new Ae(t.insertBefore(Ee(),n),n,void 0,e??{})}return s._$AI(i),s};var xt=globalThis,E=class extends Q{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let t=super.createRenderRoot();return this.renderOptions.renderBefore??=t.firstChild,t}update(t){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(t),this._$Do=ar(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return pe}};E._$litElement$=!0,E.finalized=!0,xt.litElementHydrateSupport?.({LitElement:E});var Wi=xt.litElementPolyfillSupport;Wi?.({LitElement:E});(xt.litElementVersions??=[]).push("4.2.2");var W=i=>(t,e)=>{e!==void 0?e.addInitializer(()=>{customElements.define(i,t)}):customElements.define(i,t)};var Ii={attribute:!0,type:String,converter:$e,reflect:!1,hasChanged:Fe},Hi=(i=Ii,t,e)=>{let{kind:r,metadata:s}=e,n=globalThis.litPropertyMetadata.get(s);if(n===void 0&&globalThis.litPropertyMetadata.set(s,n=new Map),r==="setter"&&((i=Object.create(i)).wrapped=!0),n.set(e.name,i),r==="accessor"){let{name:o}=e;return{set(l){let a=t.get.call(this);t.set.call(this,l),this.requestUpdate(o,a,i,!0,l)},init(l){return l!==void 0&&this.C(o,void 0,i,l),l}}}if(r==="setter"){let{name:o}=e;return function(l){let a=this[o];t.call(this,l),this.requestUpdate(o,a,i,!0,l)}}throw Error("Unsupported decorator location: "+r)};function $(i){return(t,e)=>typeof e=="object"?Hi(i,t,e):((r,s,n)=>{let o=s.hasOwnProperty(n);return s.constructor.createProperty(n,r),o?Object.getOwnPropertyDescriptor(s,n):void 0})(i,t,e)}function y(i){return $({...i,state:!0,attribute:!1})}var me=(i,t,e)=>(e.configurable=!0,e.enumerable=!0,Reflect.decorate&&typeof t!="object"&&Object.defineProperty(i,t,e),e);function A(i,t){return(e,r,s)=>{let n=o=>o.renderRoot?.querySelector(i)??null;if(t){let{get:o,set:l}=typeof r=="object"?e:s??(()=>{let a=Symbol();return{get(){return this[a]},set(d){this[a]=d}}})();return me(e,r,{get(){let a=o.call(this);return a===void 0&&(a=n(this),(a!==null||this.hasUpdated)&&l.call(this,a)),a}})}return me(e,r,{get(){return n(this)}})}}var T=class extends Error{constructor(e,r="about:blank",s="",n=0){super(s||r);this.status=e;this.type=r;this.detail=s;this.retry_after_s=n;this.name="ApiProblem"}is(e){return this.type.endsWith(`/${e}`)}},lr="/api/v1",ji=50;async function zi(i){let t=Number(i.headers.get("Retry-After"))||0;try{let e=await i.json();return new T(i.status,e.type,e.detail,t)}catch{return new T(i.status,void 0,void 0,t)}}async function Ve(i,t={}){let e;try{e=await fetch(lr+i,{credentials:"same-origin",...t})}catch(r){throw r instanceof DOMException&&r.name==="AbortError"?r:new T(0)}if(!e.ok)throw await zi(e);return e}async function Te(i,t){let e=await Ve(i,t?{signal:t}:{});try{return await e.json()}catch{throw new T(0)}}function Ke(i){return i instanceof DOMException&&i.name==="AbortError"}async function dr(i,t){await Ve("/session",{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({customer:i,pin:t})})}async function cr(){await Ve("/session",{method:"DELETE"})}function ur(){return Te("/session")}function hr(i,t){let e=new URLSearchParams({limit:String(ji)});for(let[r,s]of Object.entries(i))s&&e.set(r,s);return Te(`/recordings?${e}`,t)}function Re(i){return`/recordings/${encodeURIComponent(i)}`}function pr(i,t){return Te(Re(i),t)}async function mr(i,t){return(await Te(`${Re(i)}/facts`,t)).facts}async function fr(i,t){try{return await Te(`${Re(i)}/peaks`,t)}catch(e){if(e instanceof T&&e.is("no-peaks"))return null;throw e}}async function gr(i){try{let t={Range:"bytes=0-0"};return await(await Ve(`${Re(i)}/audio`,{headers:t})).body?.cancel(),null}catch(t){return t instanceof T?t:new T(0)}}function kt(i){return`${lr}${Re(i)}/audio`}function vr(i){return`${kt(i)}?download=1`}var br=C`
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
        #calls.open .find,
        #calls:not(.open) .detail {
            display: none;
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
`;var Ui={product:"Business Recorder",skip_to_content:"Skip to the calls",language:"Language",signed_in_as:"Signed in as",sign_out:"Sign out",loading:"Loading…",sign_in_title:"Sign in",sign_in_lead:"Listen to your recorded calls.",customer_number:"Customer number",pin:"PIN",sign_in:"Sign in",signing_in:"Signing in…",fill_customer:"Enter your customer number.",fill_pin:"Enter your PIN.",wrong_pin:"The customer number or the PIN is wrong. Check both and try again.",wait_seconds:"Too many attempts. You can try again in {seconds}.",wait_over:"You can try again now.",signed_out_idle:"You have been signed out. Sign in again to go on.",signed_out:"You are signed out.",calls:"Calls",filter_label:"Find calls",filter_number:"Phone number",filter_number_hint:"A whole number or its last digits. 8830* finds numbers that begin with 8830.",filter_from:"From date",filter_to:"To date",filter_apply:"Search",filter_clear:"Clear",filter_dates_wrong:"The period ends before it begins.",filter_number_wrong:"A phone number has digits only, and * at its beginning or its end.",reload:"Reload",load_more:"Show more calls",shown_one:"1 call shown",shown_many:"{count} calls shown",shown_all:"No more calls.",empty_title:"No calls yet",empty_text:"Calls show up here as soon as they are recorded.",empty_filter_title:"No calls found",empty_filter_text:"No calls match the number and period you asked for.",try_again:"Try again",direction_in:"Incoming",direction_out:"Outgoing",direction_internal:"Internal",direction_unknown:"Call",to_number:"to {number}",from_number:"from {number}",unknown_party:"Unknown number",duration:"Length",state_recording:"Recording now",state_sealed:"Complete",state_recovered:"Recovered",state_failed:"Failed",choose_title:"Choose a call",choose_text:"Pick a call in the list to listen to it.",call:"Call",close:"Close",back_to_list:"Back to the list",download:"Download",play:"Play",pause:"Pause",back_10:"Back 10 seconds",forward_10:"Forward 10 seconds",position:"Position in the call",position_value:"{now} of {total}",browser_player:"The browser’s own player",lane_caller:"Caller",lane_called:"Called",no_waveform:"No waveform for this call. It can be played all the same.",waveform_failed:"The waveform could not be fetched. The call can be played all the same.",note_recording:"This call is being recorded now. It can be played when it has ended.",note_recovered:"The recorder was interrupted during this call. What was saved can be played; the last seconds may be missing.",note_failed:"This call could not be recorded, so there is nothing to play.",when:"Date and time",state:"State",direction:"Direction",facts_title:"Not heard in this recording",facts_none:"No gaps were noted in this recording.",facts_failed:"What is missing in this recording could not be fetched.",facts_unknown:"What may be missing was not noted, since the recording was interrupted.",facts_list:"Show them one by one",facts_more:"Show more of the {count}",fact_time:"Time",fact_kind:"What",fact_side:"Who",fact_length:"Length",fact_both:"Both",fact_jump:"Go to {time}",fact_packets_one:"1 packet",fact_packets_many:"{count} packets",cause_lost:"Lost on the way",cause_late:"Came too late",cause_silent:"Nothing was sent",cause_held:"On hold",cause_paused:"Recording paused",cause_masked:"Digits masked",cause_unwritten:"Could not be stored",cause_other:"Other: {cause}",technical:"Technical details",codec:"Codec",packets_received:"Packets received",packets_lost:"Lost",packets_late:"Late",packets_duplicate:"Duplicates",identifier:"Recording id",problem_network:"The recorder does not answer. Check your connection and try again.",problem_request:"The recorder did not understand the request.",problem_forbidden:"You have no access to this.",problem_not_found:"This call is not here. It may have been deleted.",problem_busy:"The recorder is busy. Try again in a moment.",problem_wait:"Too many requests. Try again in {seconds}.",problem_key_gone:"The key to this recording has been destroyed. It can no longer be played.",problem_damaged:"This recording is damaged and is not played. Contact your provider.",problem_server:"Something went wrong at the recorder. Try again later.",problem_playback:"The call could not be played."},Bi={product:"Business Recorder",skip_to_content:"Gå til opkaldene",language:"Sprog",signed_in_as:"Logget ind som",sign_out:"Log ud",loading:"Henter…",sign_in_title:"Log ind",sign_in_lead:"Hør dine optagede opkald.",customer_number:"Kundenummer",pin:"PIN-kode",sign_in:"Log ind",signing_in:"Logger ind…",fill_customer:"Skriv dit kundenummer.",fill_pin:"Skriv din PIN-kode.",wrong_pin:"Kundenummeret eller PIN-koden er forkert. Se begge efter, og prøv igen.",wait_seconds:"For mange forsøg. Du kan prøve igen om {seconds}.",wait_over:"Du kan prøve igen nu.",signed_out_idle:"Du er blevet logget ud. Log ind igen for at fortsætte.",signed_out:"Du er logget ud.",calls:"Opkald",filter_label:"Find opkald",filter_number:"Telefonnummer",filter_number_hint:"Et helt nummer eller de sidste cifre. 8830* finder numre, der begynder med 8830.",filter_from:"Fra dato",filter_to:"Til dato",filter_apply:"Søg",filter_clear:"Ryd",filter_dates_wrong:"Perioden slutter, før den begynder.",filter_number_wrong:"Et telefonnummer har kun cifre, og * først eller sidst.",reload:"Opdater",load_more:"Vis flere opkald",shown_one:"1 opkald vist",shown_many:"{count} opkald vist",shown_all:"Ikke flere opkald.",empty_title:"Ingen opkald endnu",empty_text:"Opkald vises her, så snart de bliver optaget.",empty_filter_title:"Ingen opkald fundet",empty_filter_text:"Ingen opkald passer til nummeret og perioden.",try_again:"Prøv igen",direction_in:"Indgående",direction_out:"Udgående",direction_internal:"Internt",direction_unknown:"Opkald",to_number:"til {number}",from_number:"fra {number}",unknown_party:"Ukendt nummer",duration:"Længde",state_recording:"Optages nu",state_sealed:"Komplet",state_recovered:"Gendannet",state_failed:"Mislykket",choose_title:"Vælg et opkald",choose_text:"Vælg et opkald på listen for at høre det.",call:"Opkald",close:"Luk",back_to_list:"Tilbage til listen",download:"Hent som fil",play:"Afspil",pause:"Pause",back_10:"10 sekunder tilbage",forward_10:"10 sekunder frem",position:"Sted i opkaldet",position_value:"{now} af {total}",browser_player:"Browserens egen afspiller",lane_caller:"Ringede op",lane_called:"Blev ringet op",no_waveform:"Ingen lydkurve til dette opkald. Det kan afspilles alligevel.",waveform_failed:"Lydkurven kunne ikke hentes. Opkaldet kan afspilles alligevel.",note_recording:"Dette opkald optages nu. Det kan afspilles, når det er slut.",note_recovered:"Optageren blev afbrudt under opkaldet. Det, der blev gemt, kan afspilles; de sidste sekunder kan mangle.",note_failed:"Dette opkald kunne ikke optages, så der er intet at afspille.",when:"Dato og tid",state:"Tilstand",direction:"Retning",facts_title:"Høres ikke i optagelsen",facts_none:"Der er ikke noteret huller i optagelsen.",facts_failed:"Det kunne ikke hentes, hvad der mangler i optagelsen.",facts_unknown:"Det blev ikke noteret, hvad der mangler, da optagelsen blev afbrudt.",facts_list:"Vis dem enkeltvis",facts_more:"Vis flere af de {count}",fact_time:"Tid",fact_kind:"Hvad",fact_side:"Hvem",fact_length:"Længde",fact_both:"Begge",fact_jump:"Gå til {time}",fact_packets_one:"1 pakke",fact_packets_many:"{count} pakker",cause_lost:"Gik tabt undervejs",cause_late:"Kom for sent",cause_silent:"Der blev intet sendt",cause_held:"Sat på hold",cause_paused:"Optagelsen på pause",cause_masked:"Cifre skjult",cause_unwritten:"Kunne ikke gemmes",cause_other:"Andet: {cause}",technical:"Tekniske oplysninger",codec:"Codec",packets_received:"Modtagne pakker",packets_lost:"Tabte",packets_late:"For sene",packets_duplicate:"Dubletter",identifier:"Optagelsens id",problem_network:"Optageren svarer ikke. Se efter, om du er på nettet, og prøv igen.",problem_request:"Optageren forstod ikke forespørgslen.",problem_forbidden:"Du har ikke adgang til dette.",problem_not_found:"Opkaldet findes ikke her. Det kan være slettet.",problem_busy:"Optageren har travlt. Prøv igen om lidt.",problem_wait:"For mange forespørgsler. Prøv igen om {seconds}.",problem_key_gone:"Nøglen til optagelsen er slettet. Den kan ikke længere afspilles.",problem_damaged:"Optagelsen er beskadiget og afspilles ikke. Kontakt din udbyder.",problem_server:"Noget gik galt hos optageren. Prøv igen senere.",problem_playback:"Opkaldet kunne ikke afspilles."},_r={en:Ui,da:Bi};var yr="recorder-language",Fi={en:"en-GB",da:"da-DK"};function wr(i){return i==="en"||i==="da"?i:null}function qi(){try{return wr(localStorage.getItem(yr))}catch{return null}}function Vi(i){try{localStorage.setItem(yr,i)}catch{}}function Ki(){for(let i of navigator.languages){let t=wr(i.slice(0,2).toLowerCase());if(t)return t}return"en"}var $t=class extends EventTarget{#e=qi()??Ki();get code(){return this.#e}get locale(){return Fi[this.#e]}choose(t){this.#e=t,Vi(t),this.dispatchEvent(new Event("change"))}},M=new $t;function u(i,t={}){return _r[M.code][i].replace(/\{(\w+)\}/g,(r,s)=>String(t[s]??r))}var R=class{#e;#t=()=>this.#e.requestUpdate();constructor(t){this.#e=t,t.addController(this)}hostConnected(){M.addEventListener("change",this.#t)}hostDisconnected(){M.removeEventListener("change",this.#t)}};var Gi=864e5;function Me(i){let t=String(i.getMonth()+1).padStart(2,"0"),e=String(i.getDate()).padStart(2,"0");return`${i.getFullYear()}-${t}-${e}`}function Ge(i,t=0){let e=/^(\d{4})-(\d{2})-(\d{2})$/.exec(i);if(!e)return null;let[r,s,n]=[Number(e[1]),Number(e[2]),Number(e[3])],o=new Date(r,s-1,n);return Me(o)!==i?null:(o.setDate(n+t),o)}function xr(i){return i.charAt(0).toLocaleUpperCase(M.locale)+i.slice(1)}function kr(i,t=new Date){let e=l=>new Date(l.getFullYear(),l.getMonth(),l.getDate()),r=Math.round((e(i).getTime()-e(t).getTime())/Gi);if(r===0||r===-1){let l=new Intl.RelativeTimeFormat(M.locale,{numeric:"auto"});return xr(l.format(r,"day"))}let s=i.getFullYear()===t.getFullYear()?void 0:"numeric",n={weekday:"long",day:"numeric",month:"long"},o=new Intl.DateTimeFormat(M.locale,s?{...n,year:s}:n);return xr(o.format(i))}function $r(i){return i.toLocaleTimeString(M.locale,{hour:"2-digit",minute:"2-digit"})}function Sr(i,t){let e=new Intl.DateTimeFormat(M.locale,{dateStyle:"long",timeStyle:"medium"});return t?e.formatRange(i,t):e.format(i)}function J(i){let t=Math.max(0,Math.floor(i/1e3)),e=s=>String(s).padStart(2,"0"),r=Math.floor(t/60);return r<60?`${r}:${e(t%60)}`:`${Math.floor(r/60)}:${e(r%60)}:${e(t%60)}`}function St(i,t,e,r){return new Intl.NumberFormat(M.locale,{style:"unit",unit:t,unitDisplay:r,maximumFractionDigits:e}).format(i)}function ee(i,t="short"){if(i<100)return St(Math.round(i),"millisecond",0,t);if(i<9950)return St(i/1e3,"second",1,t);let e=Math.round(i/1e3);return[[Math.floor(e/3600),"hour"],[Math.floor(e/60)%60,"minute"],[e%60,"second"]].filter(([s])=>s>0).map(([s,n])=>St(s,n,0,t)).join(" ")}function ae(i){return new Intl.NumberFormat(M.locale).format(i)}function Xe(i){let t=/^(\+45|0045)?(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(i);if(!t)return i;let[,e,...r]=t;return[e,...r].filter(Boolean).join(" ")}function Er(i){return i===1?u("fact_packets_one"):u("fact_packets_many",{count:ae(i)})}function V(i){return p`<svg
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
    </svg>`}var Xi=N`<path d="M5 10v4M10 6v12M15 9v6M20 4v16" stroke-width="2.6" />`,Yi=N`<path d="M18 6 7 17M7 8v9h9" />`,Zi=N`<path d="M6 18 17 7M8 7h9v9" />`,Qi=N`<path d="M4 9h14l-4-4M20 15H6l4 4" />`,Et=N`<path d="M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2.2
    2A16.5 16.5 0 0 1 4.5 6.2 2 2 0 0 1 6.5 4z" />`;function Ye(i){return V({in:Yi,out:Zi,internal:Qi,unknown:Et}[i]??Et)}var Ze=()=>V(Xi),Qe=()=>V(Et),Cr=()=>V(N`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />`),Pr=()=>V(N`<path d="M8.5 6v12M15.5 6v12" stroke-width="3.4" />`),Ar=()=>V(N`<path d="M6 6l12 12M18 6 6 18" />`),Tr=()=>V(N`<path d="M14.5 5.5 8 12l6.5 6.5" />`),Rr=()=>V(N`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9M20 4v5h-5" />`),Mr=()=>V(N`<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />`),j=()=>V(N`<circle cx="12" cy="12" r="8.5" /><path d="M12 8v5M12 16.2v.1" />`),Dr=()=>V(N`<circle cx="10.5" cy="10.5" r="6" /><path d="M15 15l5 5" />`);var De={number:"",from:"",to:""};function Ct(i=location.search){let t=new URLSearchParams(i),e=r=>{let s=t.get(r)??"";return Ge(s)?s:""};return{number:t.get("number")??"",from:e("from"),to:e("to"),id:t.get("id")??""}}function Je(i){let t=new URLSearchParams;for(let r of["number","from","to","id"])i[r]&&t.set(r,i[r]);let e=t.toString();return e?`/?${e}`:"/"}function Le(i){return!!(i.number||i.from||i.to)}function Pt(i){let t=i.replace(/[\s()./+-]/g,"");return/^(\*\d+|\d+\*?)$/.test(t)?t.includes("*")?t:`*${t}`:null}function Lr(i){return{number:i.number?Pt(i.number)??void 0:void 0,from:Ge(i.from)?.toISOString(),to:Ge(i.to,1)?.toISOString()}}var I=C`
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
`;var G=class extends E{constructor(){super();this.filter=De;this.wrong="";this.opened=matchMedia("(min-width: 900px)").matches;new R(this)}willUpdate(){this.opened||=Le(this.filter)}find_wrong(e){return e.number&&Pt(e.number)===null?(this.number_input.focus(),"number"):e.from&&e.to&&e.from>e.to?(this.to_input.focus(),"dates"):""}ask(e){this.dispatchEvent(new CustomEvent("filter",{detail:e}))}submit(e){e.preventDefault();let r={number:this.number_input.value.trim(),from:this.from_input.value,to:this.to_input.value};this.wrong=this.find_wrong(r),this.wrong||this.ask(r)}clear(){this.wrong="",this.number_input.value="",this.from_input.value="",this.to_input.value="",this.number_input.focus(),this.ask(De)}render_date(e,r){return p`<div class="field">
            <label for=${e}>${u(r)}</label>
            <input
                id=${e}
                type="date"
                max=${Me(new Date)}
                .value=${this.filter[e]}
                aria-invalid=${this.wrong==="dates"?"true":"false"}
                aria-describedby=${this.wrong==="dates"?"wrong":g}
            />
        </div>`}render(){let e={"":"",number:u("filter_number_wrong"),dates:u("filter_dates_wrong")};return p`<details ?open=${this.opened}>
            <summary>${Dr()}${u("filter_label")}</summary>
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
            ${this.wrong?p`<p class="notice problem" id="wrong" role="alert">
                      ${j()}<span>${e[this.wrong]}</span>
                  </p>`:g}
            <div class="actions">
                <button class="button primary">${u("filter_apply")}</button>
                ${Le(this.filter)||this.wrong?p`<button class="button quiet" type="button" @click=${this.clear}>
                          ${u("filter_clear")}
                      </button>`:g}
            </div>
        </form></details>`}};G.styles=[I,C`
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
        `],m([$({attribute:!1})],G.prototype,"filter",2),m([y()],G.prototype,"wrong",2),m([A("#number")],G.prototype,"number_input",2),m([A("#from")],G.prototype,"from_input",2),m([A("#to")],G.prototype,"to_input",2),G=m([W("recorder-filter")],G);var Or=C`
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
`;function Oe(i){return i.direction==="out"?{other:i.called,own:i.caller}:{other:i.caller,own:i.called}}function te(i){return i?.name?i.name:i?.number?Xe(i.number):u("unknown_party")}function ve(i){return i?.name&&i.number?Xe(i.number):""}function et(i){return u({in:"direction_in",out:"direction_out",internal:"direction_internal",unknown:"direction_unknown"}[i]??"direction_unknown")}function tt(i){let{own:t}=Oe(i),e=t.number?Xe(t.number):te(t);return u(i.direction==="out"?"from_number":"to_number",{number:e})}function rt(i){return ee(Math.max(1,i)*1e3,"long")}var Ji=[["recording-damaged","problem_damaged"],["recording-key-gone","problem_key_gone"],["no-audio","note_failed"]];function re(i){if(!(i instanceof T))return u("problem_server");let t=Ji.find(([e])=>i.is(e));if(t)return u(t[1]);switch(i.status){case 0:return u("problem_network");case 401:return u("signed_out_idle");case 403:return u("problem_forbidden");case 404:case 410:return u("problem_not_found");case 409:return u("note_recording");case 429:return u("problem_wait",{seconds:rt(i.retry_after_s)});case 503:return u("problem_busy");default:return u(i.status<500?"problem_request":"problem_server")}}function le(i){return i instanceof T&&i.status===401}function es(i){let t=[];for(let e of i){let r=new Date(e.started_at),s=Me(r),n=t.at(-1);n?.key===s?n.calls.push(e):t.push({key:s,date:r,calls:[e]})}return t}var z=class extends E{constructor(){super();this.filter=De;this.selected="";this.recordings=[];this.next=null;this.busy=!1;this.settled=!1;this.problem=null;this.failed_cursor=null;this.aborter=new AbortController;new R(this)}disconnectedCallback(){super.disconnectedCallback(),this.aborter.abort()}willUpdate(e){e.has("filter")&&(this.recordings=[],this.settled=!1,this.fetch_page(null))}focus_row(e){this.renderRoot.querySelector(`a[data-id="${CSS.escape(e)}"]`)?.focus()}async fetch_page(e){this.aborter.abort(),this.aborter=new AbortController;let{signal:r}=this.aborter;this.busy=!0,this.problem=null;try{let s={...Lr(this.filter),cursor:e??void 0},n=await hr(s,r);this.recordings=e?[...this.recordings,...n.recordings]:n.recordings,this.next=n.next}catch(s){if(Ke(s))return;this.problem=s,this.failed_cursor=e,le(s)&&this.dispatchEvent(new Event("session-over"))}this.busy=!1,this.settled=!0}reload(){this.fetch_page(null)}retry(){this.failed_cursor?this.load_more():this.fetch_page(null)}async load_more(){let e=this.recordings.length;await this.fetch_page(this.next),await this.updateComplete;let r=this.recordings[e];r&&this.focus_row(r.id)}open(e,r){e.ctrlKey||e.metaKey||e.shiftKey||e.button!==0||(e.preventDefault(),this.dispatchEvent(new CustomEvent("open",{detail:r})))}render_row(e){let{other:r}=Oe(e),s=ve(r),n=e.state!=="recording";return p`<li>
            <a
                class="call ${e.direction}"
                href=${Je({...this.filter,id:e.id})}
                data-id=${e.id}
                aria-current=${e.id===this.selected?"true":"false"}
                @click=${o=>this.open(o,e.id)}
            >
                <span class="mark">${Ye(e.direction)}</span>
                <span class="who">
                    <span class="name">${te(r)}</span>
                    ${s?p`<span class="number">${s}</span>`:g}
                </span>
                <span class="time">${$r(new Date(e.started_at))}</span>
                <span class="line"
                    >${et(e.direction)} ${tt(e)}</span
                >
                <span class="length">
                    ${n&&e.state!=="failed"?p`<span class="visually-hidden">${u("duration")} </span
                              >${J(e.duration_ms)}`:g}
                </span>
                ${e.state==="sealed"?g:p`<span class="badge ${e.state}"
                          >${u(`state_${e.state}`)}</span
                      >`}
            </a>
        </li>`}render_day(e){return p`<section aria-labelledby="day-${e.key}">
            <h2 id="day-${e.key}">${kr(e.date)}</h2>
            <ul>
                ${e.calls.map(r=>this.render_row(r))}
            </ul>
        </section>`}render_empty(){let e=Le(this.filter);return p`<div class="empty">
            ${Qe()}
            <p class="empty-title">${u(e?"empty_filter_title":"empty_title")}</p>
            <p>${u(e?"empty_filter_text":"empty_text")}</p>
        </div>`}render_problem(){return p`<div class="notice problem" role="alert">
            ${j()}
            <div>
                <p>${re(this.problem)}</p>
                <button class="button" @click=${this.retry}>${u("try_again")}</button>
            </div>
        </div>`}render_end(){return this.problem&&this.failed_cursor?this.render_problem():this.next?p`<button
            class="button more"
            aria-disabled=${this.busy?"true":"false"}
            @click=${()=>!this.busy&&this.load_more()}
        >
            ${u(this.busy?"loading":"load_more")}
        </button>`:p`<p class="hint end">${u("shown_all")}</p>`}render_calls(){if(!this.settled&&this.recordings.length===0)return p`<div class="waiting" aria-hidden="true">
                ${[1,2,3,4].map(()=>p`<div></div>`)}
            </div>`;if(this.recordings.length===0)return this.problem?g:this.render_empty();let e=es(this.recordings);return p`${e.map(r=>this.render_day(r))} ${this.render_end()}`}count_text(){if(!this.settled||this.problem)return this.problem?"":u("loading");let e=this.recordings.length;return e===1?u("shown_one"):u("shown_many",{count:ae(e)})}render(){return p`
            <div class="bar">
                <p class="hint" role="status">${this.count_text()}</p>
                <button
                    class="button quiet"
                    aria-disabled=${this.busy?"true":"false"}
                    @click=${()=>!this.busy&&this.reload()}
                >
                    ${Rr()}${u("reload")}
                </button>
            </div>
            ${this.problem&&!this.failed_cursor?this.render_problem():g}
            ${this.render_calls()}
        `}};z.styles=[I,Or],m([$({attribute:!1})],z.prototype,"filter",2),m([$({attribute:!1})],z.prototype,"selected",2),m([y()],z.prototype,"recordings",2),m([y()],z.prototype,"next",2),m([y()],z.prototype,"busy",2),m([y()],z.prototype,"settled",2),m([y()],z.prototype,"problem",2),m([y()],z.prototype,"failed_cursor",2),z=m([W("recorder-list")],z);var Ne=["silent","held","paused","masked","late","lost","unwritten"],ts=.001,rs=.006;function We(i){return Ne.find(t=>t===i.cause)??"other"}function At(i){let t=We(i);return t==="other"?u("cause_other",{cause:i.cause}):u(`cause_${t}`)}function Tt(i,t){let e=i.leg===null?void 0:t[i.leg];return e?[e.channel]:["left","right"]}function Wr(i){let t=new Map;for(let r of i){let s=At(r),n=t.get(s)??{cause:We(r),name:s,times:0,duration_ms:0};n.times+=1,n.duration_ms+=r.end_ms-r.start_ms,t.set(s,n)}let e=r=>r.cause==="other"?Ne.length:Ne.indexOf(r.cause);return[...t.values()].sort((r,s)=>e(r)-e(s))}function Nr(i){return Math.min(1,Math.max(0,i))}function Ir(i,t,e){let r=[],s=new Map;if(e<=0)return r;let n=[...i].sort((l,a)=>l.start_ms-a.start_ms);for(let l of n){let a=Nr(l.start_ms/e),d=Nr(l.end_ms/e),c=d-a<rs;for(let h of Tt(l,t)){let f=We(l),w=`${h} ${f} ${c}`,v=s.get(w);if(v&&a-(v.start+v.length)<ts){v.length=Math.max(v.length,d-v.start);continue}let b={lane:h,cause:f,start:a,length:d-a,mark:c};s.set(w,b),r.push(b)}}let o=l=>l.cause==="other"?Ne.length:Ne.indexOf(l.cause);return r.sort((l,a)=>o(l)-o(a))}var it=C`
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
        background: repeating-linear-gradient(
            0deg,
            var(--fact-silent) 0 1px,
            transparent 1px 8px
        );
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
    .cause-other {
        border: 1.5px dashed var(--fact-other);
        background: radial-gradient(circle, var(--fact-other) 1px, transparent 1.5px) 0 0 / 9px 9px;
    }
`;var is=50,ss=500,ie=class extends E{constructor(){super();this.facts=[];this.failed=!1;this.rows=is;new R(this)}side_text(e){let r=Tt(e,this.recording.legs??[]);return r.length>1?u("fact_both"):te(r[0]==="left"?this.recording.caller:this.recording.called)}length_text(e){let r=e.end_ms-e.start_ms,s=[];return r>0&&s.push(ee(r)),e.count>0&&s.push(Er(e.count)),s.join(" · ")||"–"}jump(e){this.dispatchEvent(new CustomEvent("jump",{detail:e.start_ms/1e3}))}render_total(e){let r=[];return(e.times>1||e.duration_ms===0)&&r.push(`${ae(e.times)} ×`),e.duration_ms>0&&r.push(ee(e.duration_ms)),p`<li>
            <span class="cause swatch cause-${e.cause}"></span>
            <span>${e.name}</span>
            <span class="amount">${r.join(" · ")}</span>
        </li>`}render_row(e){let r=J(e.start_ms);return p`<tr>
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
                    ><span class="cause swatch small cause-${We(e)}"></span
                    >${At(e)}</span
                >
            </td>
            <td>${this.side_text(e)}</td>
            <td>${this.length_text(e)}</td>
        </tr>`}render_list(){let e=this.facts.slice(0,this.rows);return p`<details>
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
            ${e.length<this.facts.length?p`<button class="button quiet" @click=${()=>this.rows+=ss}>
                      ${u("facts_more",{count:ae(this.facts.length)})}
                  </button>`:g}
        </details>`}render_none(){let e=this.recording.state==="recovered",r=this.failed?"facts_failed":e?"facts_unknown":"facts_none";return p`<p class="hint">${u(r)}</p>`}render(){return p`<h3>${u("facts_title")}</h3>
            ${this.facts.length===0?this.render_none():p`<ul class="legend">
                          ${Wr(this.facts).map(e=>this.render_total(e))}
                      </ul>
                      ${this.render_list()}`}`}};ie.styles=[I,it,C`
            :host {
                display: grid;
                gap: 0.6rem;
            }
            h3 {
                font-size: 1rem;
            }
            .legend {
                display: flex;
                flex-wrap: wrap;
                gap: 0.5rem 1.5rem;
                font-size: 0.9375rem;
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
            summary {
                width: fit-content;
                padding: 0.25rem 0;
                border-radius: 4px;
                color: var(--accent);
                font-size: 0.9375rem;
                font-weight: 500;
                cursor: pointer;
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
            .jump {
                min-height: 1.75rem;
                min-width: 2.75rem;
                padding: 0 0.35rem;
                border: 0;
                border-radius: 6px;
                background: var(--accent-soft);
                color: var(--accent-strong);
                font: inherit;
                font-weight: 600;
                cursor: pointer;
            }
        `],m([$({attribute:!1})],ie.prototype,"recording",2),m([$({attribute:!1})],ie.prototype,"facts",2),m([$({type:Boolean})],ie.prototype,"failed",2),m([y()],ie.prototype,"rows",2),ie=m([W("recorder-facts")],ie);function ns(i,t,e){let r=2**(i.bits-1),s=(t*i.channels+e)*2,n=Math.abs(i.data[s]??0),o=Math.abs(i.data[s+1]??0);return Math.min(1,Math.max(n,o)/r)}function Hr(i,t,e,r){let s=new Array(r).fill(0);if(t>=i.channels)return s;for(let n=0;n<Math.min(e,i.length);n++){let o=Math.floor(n*r/e);s[o]=Math.max(s[o]??0,ns(i,n,t))}return s}function jr(i,t){if(!i||i.length<1||t<=0)return[[0,0],[0,0]];let e=i.sample_rate/i.samples_per_pixel,r=Math.max(1,Math.round(t/1e3*e)),s=Math.min(r,2400);return[Hr(i,0,r,s),Hr(i,1,r,s)]}function Rt(i){let t=e=>e.reduce((r,s)=>Math.max(r,s),0);return Math.max(.2,t(i[0]),t(i[1]))}var Dt={};$i(Dt,{createElement:()=>Ur,default:()=>os,isHTMLElement:()=>Mt});function zr(i,t){let e=t.xmlns?document.createElementNS(t.xmlns,i):document.createElement(i);for(let[r,s]of Object.entries(t))if(r==="children"&&s)for(let[n,o]of Object.entries(s))o instanceof Node?e.appendChild(o):typeof o=="string"?e.appendChild(document.createTextNode(o)):e.appendChild(zr(n,o));else r==="style"?Object.assign(e.style,s):r==="textContent"?e.textContent=s:e.setAttribute(r,s.toString());return e}function Ur(i,t,e){let r=zr(i,t||{});return e?.appendChild(r),r}function Mt(i){if(i instanceof HTMLElement)return!0;if(typeof i!="object"||i===null)return!1;let t=i;return t.nodeType===Node.ELEMENT_NODE&&typeof t.nodeName=="string"&&t.namespaceURI==="http://www.w3.org/1999/xhtml"&&typeof t.style=="object"&&t.style!==null&&typeof t.appendChild=="function"}var os=Ur;function Br(i){return Number.isNaN(i)||i<0?0:i>1?1:i}function Fr(i,t){let e=i.barWidth?i.barWidth*t:1,r=i.barGap?i.barGap*t:i.barWidth?e/2:0;return{barWidth:e,barGap:r}}function qr({width:i,height:t,length:e,options:r,pixelRatio:s}){let n=t/2,{barWidth:o,barGap:l}=Fr(r,s),a=r.barRadius||0,d=r.barMinHeight?r.barMinHeight*s:0,c=o+l||1,h=e>0?i/c/e:0;return{halfHeight:n,barWidth:o,barGap:l,barRadius:a,barMinHeight:d,barIndexScale:h,barSpacing:c}}function as({maxTop:i,maxBottom:t,halfHeight:e,vScale:r,barMinHeight:s=0,barAlign:n}){let o=Math.round(i*e*r),l=Math.round(t*e*r),a=o+l||1;return a<s&&(a=s,n||(o=a/2)),{topHeight:o,totalHeight:a}}function ls({barAlign:i,halfHeight:t,topHeight:e,totalHeight:r,canvasHeight:s}){return i==="top"?0:i==="bottom"?s-r:t-e}function Vr({channelData:i,barIndexScale:t,barSpacing:e,barWidth:r,halfHeight:s,vScale:n,canvasHeight:o,barAlign:l,barMinHeight:a}){let d=i[0]||[],c=i[1]||d,h=d.length,f=[],w=0,v=0,b=0;for(let k=0;k<=h;k++){let P=Math.round(k*t);if(P>w){let{topHeight:X,totalHeight:q}=as({maxTop:v,maxBottom:b,halfHeight:s,vScale:n,barMinHeight:a,barAlign:l}),Y=ls({barAlign:l,halfHeight:s,topHeight:X,totalHeight:q,canvasHeight:o});f.push({x:w*e,y:Y,width:r,height:q}),w=P,v=0,b=0}let O=Math.abs(d[k]||0),F=Math.abs(c[k]||0);O>v&&(v=O),F>b&&(b=F)}return f}function Lt(i,t,e){let r=i.width>0?(t-i.left)/i.width:0,s=i.height>0?(e-i.top)/i.height:0;return[r,s]}function Kr({optionsHeight:i,optionsSplitChannels:t,parentHeight:e,numberOfChannels:r,defaultHeight:s=128}){if(i==null)return s;let n=Number(i);if(!isNaN(n))return n;if(i==="auto"){let o=e||s;return t?.every(l=>!l.overlay)?o/r:o}return s}function Gr(i){return Math.max(1,i||1)}function Ot(i){return!!(i.barWidth||i.barGap||i.barAlign)}var be=null;function Xr(i,t,e){if(!Array.isArray(i))return i||"";if(i.length===0)return"#999";if(i.length<2)return i[0]||"";be??(be=document.createElement("canvas"));let r=be.getContext("2d");if(!r)return i[0]||"";let s=e||be.height*t,n=r.createLinearGradient(0,0,0,s),o=1/(i.length-1);return i.forEach((l,a)=>{n.addColorStop(a*o,l)}),n}function Yr({duration:i,minPxPerSec:t=0,parentWidth:e,fillParent:r,pixelRatio:s}){let n=Math.ceil(i*t),o=n>e,l=!!(r&&!o),a=(l?e:n)*s;return{scrollWidth:n,isScrollable:o,useParentWidth:l,width:a}}function Zr(i,t){if(!Ot(t))return i;let{barWidth:e,barGap:r}=Fr(t,1),s=e+r;return s===0?i:Math.floor(i/s)*s}function ds({clientWidth:i,totalWidth:t,options:e}){let r=Math.min(8e3,i,t);return Zr(r,e)}function Qr({totalWidth:i,clientWidth:t,options:e}){let r=ds({clientWidth:t,totalWidth:i,options:e});if(r===0)return{singleCanvasWidth:0,numCanvases:0,slots:[]};let s=Math.ceil(i/r),n=[];for(let o=0;o<s;o++){let l=o*r,a=Zr(Math.min(i-l,r),e);a>0&&n.push({index:o,offset:l,width:a})}return{singleCanvasWidth:r,numCanvases:s,slots:n}}function Jr({channelData:i,offset:t,clampedWidth:e,totalWidth:r}){return i.map(s=>{let n=Math.floor(t/r*s.length),o=Math.floor((t+e)/r*s.length);return s.slice(n,o)})}function ei(i){return i>10}function Nt({scrollLeft:i,clientWidth:t,singleCanvasWidth:e,numCanvases:r}){if(e<=0||r<=0)return[0];let s=Math.min(r-1,Math.floor(i/e)),n=Math.min(r-1,Math.floor((i+t)/e)),o=[];for(let l=s-1;l<=n+1;l++)o.push(l);return o}function ti(i){var t;let e=0;for(let r of i)for(let s=0;s<r.length;s++){let n=Math.abs((t=r[s])!==null&&t!==void 0?t:0);n>e&&(e=n)}return e}function ri({channelData:i,barHeight:t,normalize:e,maxPeak:r}){var s;let n=t||1;if(!e)return n;let o=i[0];if(!o||o.length===0)return n;let l=r??0;if(!r)for(let a=0;a<o.length;a++){let d=(s=o[a])!==null&&s!==void 0?s:0,c=Math.abs(d);c>l&&(l=c)}return l?n/l:n}function ii({channelData:i,width:t,height:e,vScale:r}){let s=e/2,n=i[0]||[],o=i[1]||n;return[n,o].map((a,d)=>{let c=a.length,h=c?t/c:0,f=s,w=d===0?-1:1,v=[{x:0,y:f}],b=0,k=0;for(let P=0;P<=c;P++){let O=Math.round(P*h);if(O>b){let X=Math.round(k*s*r)||1,q=f+X*w;v.push({x:b,y:q}),b=O,k=0}let F=Math.abs(a[P]||0);F>k&&(k=F)}return v.push({x:b,y:f}),v})}function si(i){return Math.sign(i)*Math.round(Math.abs(i))}var se=null,us=0,hs=[],ni=new Set;function ps(i){ni.has(i)||(ni.add(i),hs.push(i))}function _(i){let t=i,e=new Set,r=!1,s=!1,n=()=>{if(r){s=!0;return}r=!0;try{do{s=!1;let l=[...e],a=t;for(let d of l){try{d(a)}catch(c){console.error("Signal subscriber error:",c)}if(!Object.is(t,a)){s=!0;break}}}while(s)}finally{r=!1}},o={get value(){return se?.add(o),t},set(l){Object.is(t,l)||(t=l,us>0?ps(n):n())},update(l){this.set(l(t))},subscribe(l){return e.add(l),()=>e.delete(l)}};return o}function oi(i){let t=se,e=new Set;se=e;try{return[i(),e]}finally{se=t}}function K(i,t){let e=_(void 0),r=[],s=!1,n=new Set,o=()=>{if(!s)if(t)e.set(i());else{r.forEach(h=>h());let[d,c]=oi(i);r=[...c].map(h=>h.subscribe(o)),e.set(d)}};t?(r=t.map(d=>d.subscribe(o)),e.set(i())):o();let l=()=>{s=!0,r.forEach(d=>d()),r=[],n.forEach(d=>d()),n.clear()},a={get value(){return se?.add(a),e.value},subscribe:d=>{let c=e.subscribe(d);return n.add(c),()=>{n.delete(c),c()}},dispose:l};return Object.defineProperty(a,"_cleanup",{value:l,enumerable:!1}),Object.defineProperty(a,"_subscriberCount",{value:()=>n.size,enumerable:!1}),a}function Ie(i,t){let e,r=[],s=!1,n=()=>{if(!s){if(e){try{e()}catch(o){console.error("Effect cleanup error:",o)}e=void 0}if(t)e=i();else{r.forEach(a=>a());let[o,l]=oi(i);r=[...l].map(a=>a.subscribe(n)),e=o}}};return t&&(r=t.map(o=>o.subscribe(n))),n(),()=>{if(s=!0,e){try{e()}catch(o){console.error("Effect cleanup error:",o)}e=void 0}r.forEach(o=>o()),r=[]}}function ai(i,t={}){let{threshold:e=3,mouseButton:r=0,touchDelay:s=100}=t,n=_(null),o=new Map,l=matchMedia("(pointer: coarse)").matches,a=()=>{},d=h=>{if(h.button!==r||o.has(h.pointerId)||(o.set(h.pointerId,h),o.size>1))return;let f=h.pointerId,w=h.clientX,v=h.clientY,b=!1,k=Date.now(),P=i.getBoundingClientRect(),{left:O,top:F}=P,X=S=>{if(S.pointerId!==f||S.defaultPrevented||o.size>1||l&&Date.now()-k<s)return;let ne=S.clientX,de=S.clientY,dt=ne-w,ct=de-v;(b||Math.abs(dt)>e||Math.abs(ct)>e)&&(S.preventDefault(),S.stopPropagation(),b||(n.set({type:"start",x:w-O,y:v-F}),b=!0),n.set({type:"move",x:ne-O,y:de-F,deltaX:dt,deltaY:ct}),w=ne,v=de)},q=S=>{if(o.delete(S.pointerId)){if(S.pointerId===f&&b){let ne=S.clientX,de=S.clientY;n.set({type:"end",x:ne-O,y:de-F})}o.size===0&&a()}},Y=S=>{b&&(S.stopPropagation(),S.preventDefault())},we=S=>{S.defaultPrevented||o.size>1||b&&S.preventDefault()};window.addEventListener("pointermove",X),window.addEventListener("pointerup",q),window.addEventListener("pointercancel",q),document.addEventListener("touchmove",we,{passive:!1}),document.addEventListener("click",Y,{capture:!0}),a=()=>{window.removeEventListener("pointermove",X),window.removeEventListener("pointerup",q),window.removeEventListener("pointercancel",q),document.removeEventListener("touchmove",we),setTimeout(()=>{document.removeEventListener("click",Y,{capture:!0})},10)}};return i.addEventListener("pointerdown",d),{signal:n,cleanup:()=>{a(),i.removeEventListener("pointerdown",d),o.clear()}}}function ms(i){let{scrollLeft:t,scrollWidth:e,clientWidth:r}=i;if(e===0)return{startX:0,endX:1};let s=t/e,n=(t+r)/e;return{startX:Math.max(0,Math.min(1,s)),endX:Math.max(0,Math.min(1,n))}}function fs(i){return{left:i.scrollLeft,right:i.scrollLeft+i.clientWidth}}function li(i){let t=()=>({scrollLeft:i.scrollLeft,scrollWidth:i.scrollWidth,clientWidth:i.clientWidth}),e=_(t()),r=K(()=>ms(e.value),[e]),s=K(()=>fs(e.value),[e]),n=()=>{e.set(t())};return i.addEventListener("scroll",n,{passive:!0}),{scrollData:e,percentages:r,bounds:s,refresh:()=>{let a=t(),d=e.value;d.scrollLeft===a.scrollLeft&&d.scrollWidth===a.scrollWidth&&d.clientWidth===a.clientWidth||e.set(a)},cleanup:()=>{i.removeEventListener("scroll",n),r.dispose(),s.dispose()}}}var D=class i{constructor(){this.disposers=[],this.children=new Set,this.parent=null,this._disposed=!1,this.abortController=null}get disposed(){return this._disposed}add(t){return this._disposed?(this.safeRun(t),()=>{}):(this.disposers.push(t),()=>{let e=this.disposers.indexOf(t);e!==-1&&(this.disposers.splice(e,1),this.safeRun(t))})}child(){let t=new i;return this._disposed?(t.dispose(),t):(t.parent=this,this.children.add(t),t)}listen(t,e,r,s){return t.addEventListener(e,r,s),this.add(()=>t.removeEventListener(e,r,s))}timeout(t,e){let r=setTimeout(()=>{s(),t()},e),s=this.add(()=>clearTimeout(r));return s}interval(t,e){let r=setInterval(t,e);return this.add(()=>clearInterval(r))}raf(t){let e=requestAnimationFrame(s=>{r(),t(s)}),r=this.add(()=>cancelAnimationFrame(e));return r}observeResize(t,e){t.observe(e),this.add(()=>t.unobserve(e))}createResizeObserver(t,e){let r=new ResizeObserver(e);return r.observe(t),this.add(()=>r.disconnect()),r}abortSignal(){return this.abortController||(this.abortController=new AbortController,this._disposed&&this.abortController.abort()),this.abortController.signal}dispose(){var t;if(this._disposed)return;this._disposed=!0,this.parent&&(this.parent.children.delete(this),this.parent=null);for(let r of[...this.children])r.dispose();this.children.clear();let e=this.disposers;this.disposers=[];for(let r=e.length-1;r>=0;r--)this.safeRun(e[r]);(t=this.abortController)===null||t===void 0||t.abort()}safeRun(t){try{t()}catch(e){console.error("Scope disposer error:",e)}}};var di=function(i,t,e,r){function s(n){return n instanceof e?n:new e(function(o){o(n)})}return new(e||(e=Promise))(function(n,o){function l(c){try{d(r.next(c))}catch(h){o(h)}}function a(c){try{d(r.throw(c))}catch(h){o(h)}}function d(c){c.done?n(c.value):s(c.value).then(l,a)}d((r=r.apply(i,t||[])).next())})},vs=function(i,t){var e={};for(var r in i)Object.prototype.hasOwnProperty.call(i,r)&&t.indexOf(r)<0&&(e[r]=i[r]);if(i!=null&&typeof Object.getOwnPropertySymbols=="function")for(var s=0,r=Object.getOwnPropertySymbols(i);s<r.length;s++)t.indexOf(r[s])<0&&Object.prototype.propertyIsEnumerable.call(i,r[s])&&(e[r[s]]=i[r[s]]);return e},bs=60,ci=10,_s=ci*bs,Wt=class{constructor(t,e){this.isScrollable=_(!1),this.audioData=null,this.lastContainerWidth=0,this.isDragging=!1,this.scope=new D,this.scrollRenderScope=this.scope.child(),this.delayScope=this.scope.child(),this.dragScope=null,this.dragStream=null,this.scrollStream=null,this.containerInlinePadding=0,this.audioDuration=_(0),this._clickSignal=_(null),this._dblclickSignal=_(null),this._dragEventsSignal=_(null),this._renderEpoch=_(0),this._renderedEpoch=_(0),this._resizeEpoch=_(0),this.onClickWrapper=o=>{let l=this.wrapper.getBoundingClientRect(),[a,d]=Lt(l,o.clientX,o.clientY);this._clickSignal.set({relativeX:a,relativeY:d})},this.onDblClickWrapper=o=>{let l=this.wrapper.getBoundingClientRect(),[a,d]=Lt(l,o.clientX,o.clientY);this._dblclickSignal.set({relativeX:a,relativeY:d})},this.options=t;let r=this.parentFromOptionsContainer(t.container);this.parent=r;let[s,n]=this.initHtml();r.appendChild(s),this.container=s,this.scrollContainer=n.querySelector(".scroll"),this.wrapper=n.querySelector(".wrapper"),this.canvasWrapper=n.querySelector(".canvases"),this.progressWrapper=n.querySelector(".progress"),this.cursor=n.querySelector(".cursor"),this.calculateInlinePadding(),e&&n.appendChild(e),this.initEvents(),this.visibleRange=K(()=>{let o=this.audioDuration.value;if(!this.isScrollable.value||o===0||!this.scrollStream)return{startTime:0,endTime:o};let{startX:l,endX:a}=this.scrollStream.percentages.value;return{startTime:l*o,endTime:a*o}}),this.scope.add(()=>this.visibleRange.dispose())}parentFromOptionsContainer(t){let e;if(typeof t=="string"?e=document.querySelector(t):Mt(t)&&(e=t),!e)throw new Error("Container not found");return e}initEvents(){if(this.scope.listen(this.wrapper,"click",this.onClickWrapper),this.scope.listen(this.wrapper,"dblclick",this.onDblClickWrapper),(this.options.dragToSeek===!0||typeof this.options.dragToSeek=="object")&&this.initDrag(),this.scrollStream=li(this.scrollContainer),this.scrollSignals={percentages:this.scrollStream.percentages,bounds:this.scrollStream.bounds},this.scope.add(()=>{var t;(t=this.scrollStream)===null||t===void 0||t.cleanup(),this.scrollStream=null}),typeof ResizeObserver=="function"){let t=this.createDelay(100);this.scope.createResizeObserver(this.scrollContainer,()=>{t().then(()=>this.onContainerResize()).catch(()=>{})})}}onContainerResize(){var t;(t=this.scrollStream)===null||t===void 0||t.refresh();let e=this.parent.clientWidth;this.calculateInlinePadding(),!(e===this.lastContainerWidth&&this.options.height!=="auto")&&(this.lastContainerWidth=e,this.reRender(),this._resizeEpoch.update(r=>r+1))}initDrag(){if(this.dragStream)return;let t=this.scope.child();this.dragScope=t,this.dragStream=ai(this.wrapper),t.add(()=>{var r;(r=this.dragStream)===null||r===void 0||r.cleanup(),this.dragStream=null});let e=Ie(()=>{let r=this.dragStream.signal.value;if(!r)return;let s=this.wrapper.getBoundingClientRect().width,n=Br(r.x/s);r.type==="start"?(this.isDragging=!0,this._dragEventsSignal.set({type:"start",relativeX:n})):r.type==="move"?this._dragEventsSignal.set({type:"move",relativeX:n}):r.type==="end"&&(this.isDragging=!1,this._dragEventsSignal.set({type:"end",relativeX:n}))},[this.dragStream.signal]);t.add(e)}disposeDrag(){var t;(t=this.dragScope)===null||t===void 0||t.dispose(),this.dragScope=null}calculateInlinePadding(){let{paddingLeft:t,paddingRight:e}=getComputedStyle(this.scrollContainer),r=parseFloat(t)+parseFloat(e);this.containerInlinePadding=Number.isNaN(r)?0:r}initHtml(){let t=document.createElement("div"),e=t.attachShadow({mode:"open"}),r=this.options.cspNonce&&typeof this.options.cspNonce=="string"?this.options.cspNonce.replace(/"/g,""):"";return e.innerHTML=`
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
    `,[t,e]}setOptions(t){if(this.options.container!==t.container){let e=this.parentFromOptionsContainer(t.container);e.appendChild(this.container),this.parent=e}t.dragToSeek===!0||typeof t.dragToSeek=="object"?this.initDrag():this.disposeDrag(),this.options=t,this.reRender()}getWrapper(){return this.wrapper}getWidth(){return this.scrollContainer.clientWidth-this.containerInlinePadding}getScroll(){return this.scrollContainer.scrollLeft}setScroll(t){this.scrollContainer.scrollLeft=t}setScrollPercentage(t){let{scrollWidth:e}=this.scrollContainer,r=e*t;this.setScroll(r)}getVisibleRange(){return this.visibleRange}get clickSignal(){return this._clickSignal}get dblclickSignal(){return this._dblclickSignal}get dragEventsSignal(){return this._dragEventsSignal}get renderEpoch(){return this._renderEpoch}get renderedEpoch(){return this._renderedEpoch}get resizeEpoch(){return this._resizeEpoch}getScrollSignals(){return this.scrollSignals}destroy(){this.scope.dispose(),this.audioData=null,this.container.remove()}createDelay(t=10){let e,r,s,n=()=>{e?.(),e=void 0,r?.(),r=void 0,s&&(s(),s=void 0)};return()=>new Promise((o,l)=>{n(),s=l,e=this.delayScope.timeout(()=>{s=void 0,r?.(),r=void 0,o()},t),r=this.delayScope.add(n)})}getHeight(t,e){var r;let s=((r=this.audioData)===null||r===void 0?void 0:r.numberOfChannels)||1;return Kr({optionsHeight:t,optionsSplitChannels:e,parentHeight:this.parent.clientHeight,numberOfChannels:s,defaultHeight:128})}convertColorValues(t,e){return Xr(t,this.getPixelRatio(),e?.canvas.height)}getPixelRatio(){return Gr(window.devicePixelRatio)}renderBarWaveform(t,e,r,s){let{width:n,height:o}=r.canvas,{halfHeight:l,barWidth:a,barRadius:d,barIndexScale:c,barSpacing:h,barMinHeight:f}=qr({width:n,height:o,length:(t[0]||[]).length,options:e,pixelRatio:this.getPixelRatio()}),w=Vr({channelData:t,barIndexScale:c,barSpacing:h,barWidth:a,halfHeight:l,vScale:s,canvasHeight:o,barAlign:e.barAlign,barMinHeight:f});r.beginPath();for(let v of w)d&&"roundRect"in r?r.roundRect(v.x,v.y,v.width,v.height,d):r.rect(v.x,v.y,v.width,v.height);r.fill(),r.closePath()}renderLineWaveform(t,e,r,s){let{width:n,height:o}=r.canvas,l=ii({channelData:t,width:n,height:o,vScale:s});r.beginPath();for(let a of l)if(a.length){r.moveTo(a[0].x,a[0].y);for(let d=1;d<a.length;d++){let c=a[d];r.lineTo(c.x,c.y)}}r.fill(),r.closePath()}renderWaveform(t,e,r){if(r.fillStyle=this.convertColorValues(e.waveColor,r),e.renderFunction){e.renderFunction(t,r);return}let s=ri({channelData:t,barHeight:e.barHeight,normalize:e.normalize,maxPeak:e.maxPeak});if(Ot(e)){this.renderBarWaveform(t,e,r,s);return}this.renderLineWaveform(t,e,r,s)}renderSingleCanvas(t,e,r,s,n,o,l){let a=this.getPixelRatio(),d=document.createElement("canvas");d.width=Math.round(r*a),d.height=Math.round(s*a),d.style.width=`${r}px`,d.style.height=`${s}px`,d.style.left=`${Math.round(n)}px`,o.appendChild(d);let c=d.getContext("2d");if(e.renderFunction?(c.fillStyle=this.convertColorValues(e.waveColor,c),e.renderFunction(t,c)):this.renderWaveform(t,e,c),d.width>0&&d.height>0){let h=d.cloneNode(),f=h.getContext("2d");f.drawImage(d,0,0),f.globalCompositeOperation="source-in",f.fillStyle=this.convertColorValues(e.progressColor,f),f.fillRect(0,0,d.width,d.height),l.appendChild(h)}}renderMultiCanvas(t,e,r,s,n,o){let l=this.getPixelRatio(),{clientWidth:a}=this.scrollContainer,d=r/l,c=Qr({clientWidth:a,totalWidth:d,options:e}),h={};if(c.singleCanvasWidth===0)return;let f=b=>{let k=c.slots[b];if(!k||h[b])return;h[b]=!0;let P=Jr({channelData:t,offset:k.offset,clampedWidth:k.width,totalWidth:d});this.renderSingleCanvas(P,e,k.width,s,k.offset,n,o)},w=()=>{ei(Object.keys(h).length)&&(n.innerHTML="",o.innerHTML="",h={})};if(!this.isScrollable.value){for(let b=0;b<c.numCanvases;b++)f(b);return}if(Nt({scrollLeft:this.scrollContainer.scrollLeft,clientWidth:a,singleCanvasWidth:c.singleCanvasWidth,numCanvases:c.numCanvases}).forEach(b=>f(b)),c.numCanvases>1){let b=Ie(()=>{let{scrollLeft:k,clientWidth:P}=this.scrollContainer;w(),Nt({scrollLeft:k,clientWidth:P,singleCanvasWidth:c.singleCanvasWidth,numCanvases:c.numCanvases}).forEach(O=>f(O))},[this.visibleRange]);this.scrollRenderScope.add(b)}}renderChannel(t,e,r,s){var{overlay:n}=e,o=vs(e,["overlay"]);let l=document.createElement("div"),a=this.getHeight(o.height,o.splitChannels);l.style.height=`${a}px`,n&&s>0&&(l.style.marginTop=`-${a}px`),this.canvasWrapper.style.minHeight=`${a}px`,this.canvasWrapper.appendChild(l);let d=l.cloneNode();this.progressWrapper.appendChild(d),o.normalize&&o.maxPeak==null&&(o=Object.assign(Object.assign({},o),{maxPeak:ti(t)})),this.renderMultiCanvas(t,o,r,a,l,d)}render(t){return di(this,void 0,void 0,function*(){var e,r;this.delayScope.dispose(),this.delayScope=this.scope.child(),this.scrollRenderScope.dispose(),this.scrollRenderScope=this.scope.child(),this.canvasWrapper.innerHTML="",this.progressWrapper.innerHTML="",this.options.width!=null?this.scrollContainer.style.width=typeof this.options.width=="number"?`${this.options.width}px`:this.options.width:this.scrollContainer.style.width="";let s=this.getPixelRatio(),n=this.scrollContainer.clientWidth-this.containerInlinePadding,{scrollWidth:o,isScrollable:l,useParentWidth:a,width:d}=Yr({duration:t.duration,minPxPerSec:this.options.minPxPerSec||0,parentWidth:n,fillParent:this.options.fillParent,pixelRatio:s});if(this.isScrollable.set(l),this.wrapper.style.width=a?"100%":`${o}px`,this.scrollContainer.style.overflowX=this.isScrollable.value?"auto":"hidden",this.scrollContainer.classList.toggle("noScrollbar",!!this.options.hideScrollbar),this.cursor.style.backgroundColor=`${this.options.cursorColor||this.options.progressColor}`,this.cursor.style.width=`${this.options.cursorWidth}px`,(e=this.scrollStream)===null||e===void 0||e.refresh(),this.audioData=t,this.audioDuration.set(t.duration),this._renderEpoch.update(c=>c+1),this.options.splitChannels)for(let c=0;c<t.numberOfChannels;c++){let h=Object.assign(Object.assign({},this.options),(r=this.options.splitChannels)===null||r===void 0?void 0:r[c]);this.renderChannel([t.getChannelData(c)],h,d,c)}else{let c=[t.getChannelData(0)];t.numberOfChannels>1&&c.push(t.getChannelData(1)),this.renderChannel(c,this.options,d,0)}Promise.resolve().then(()=>this._renderedEpoch.update(c=>c+1))})}reRender(){if(this.scrollRenderScope.dispose(),this.scrollRenderScope=this.scope.child(),!this.audioData)return;let{scrollWidth:t}=this.scrollContainer,{right:e}=this.progressWrapper.getBoundingClientRect();if(this.render(this.audioData),!this.isScrollable.value&&this.scrollContainer.scrollLeft)this.scrollContainer.scrollLeft=0;else if(this.isScrollable.value&&t!==this.scrollContainer.scrollWidth){let{right:r}=this.progressWrapper.getBoundingClientRect(),s=si(r-e);this.scrollContainer.scrollLeft+=s}}zoom(t){this.options.minPxPerSec=t,this.reRender()}scrollIntoView(t,e=!1){var r;let{scrollLeft:s,scrollWidth:n,clientWidth:o}=this.scrollContainer,l=t*n,a=s,d=s+o,c=o/2;if(this.isDragging)l+30>d?this.scrollContainer.scrollLeft+=30:l-30<a&&(this.scrollContainer.scrollLeft-=30);else{(l<a||l>d)&&(this.scrollContainer.scrollLeft=l-(this.options.autoCenter?c:0));let h=l-s-c;if(e&&this.options.autoCenter&&h>0){let f=(r=this.audioData)===null||r===void 0?void 0:r.duration;if(f===void 0||f<=0){this.scrollContainer.scrollLeft+=h;return}n/f<=_s?this.scrollContainer.scrollLeft+=Math.min(h,ci):this.scrollContainer.scrollLeft+=h}}}renderProgress(t,e){if(isNaN(t))return;let r=t*100;this.canvasWrapper.style.clipPath=`polygon(${r}% 0%, 100% 0%, 100% 100%, ${r}% 100%)`,this.progressWrapper.style.width=`${r}%`,this.cursor.style.left=`${r}%`,this.cursor.style.transform=this.options.cursorWidth?`translateX(-${t*this.options.cursorWidth}px)`:"",this.isScrollable.value&&this.options.autoScroll&&this.audioData&&this.audioData.duration>0&&this.scrollIntoView(t,e)}exportImage(t,e,r){return di(this,void 0,void 0,function*(){let s=this.canvasWrapper.querySelectorAll("canvas");if(!s.length)throw new Error("No waveform data");if(r==="dataURL"){let n=Array.from(s).map(o=>o.toDataURL(t,e));return Promise.resolve(n)}return Promise.all(Array.from(s).map(n=>new Promise((o,l)=>{n.toBlob(a=>{a?o(a):l(new Error("Could not export image"))},t,e)})))})}},st=Wt;var It=class{constructor(){this.listeners={}}on(t,e,r){if(this.listeners[t]||(this.listeners[t]=new Set),r?.once){let s=(...n)=>{this.un(t,s),e(...n)};return this.listeners[t].add(s),()=>this.un(t,s)}return this.listeners[t].add(e),()=>this.un(t,e)}un(t,e){var r;(r=this.listeners[t])===null||r===void 0||r.delete(e)}once(t,e){return this.on(t,e,{once:!0})}unAll(){this.listeners={}}emit(t,...e){this.listeners[t]&&this.listeners[t].forEach(r=>r(...e))}},_e=It;var Ht=class extends _e{get destroyed(){return this.isDestroyed}constructor(t){super(),this.subscriptions=[],this.scope=new D,this.isDestroyed=!1,this.options=t}onInit(){}_init(t){this.isDestroyed=!1,this.wavesurfer=t,this.onInit()}destroy(){this.isDestroyed||(this.isDestroyed=!0,this.emit("destroy"),this.subscriptions.forEach(t=>t()),this.subscriptions=[],this.unAll(),this.scope.dispose(),this.wavesurfer=void 0)}},nt=Ht;var ys=function(i,t,e,r){function s(n){return n instanceof e?n:new e(function(o){o(n)})}return new(e||(e=Promise))(function(n,o){function l(c){try{d(r.next(c))}catch(h){o(h)}}function a(c){try{d(r.throw(c))}catch(h){o(h)}}function d(c){c.done?n(c.value):s(c.value).then(l,a)}d((r=r.apply(i,t||[])).next())})};function ws(i,t){return ys(this,void 0,void 0,function*(){let e=new AudioContext({sampleRate:t});try{return yield e.decodeAudioData(i)}finally{e.state!=="closed"&&(yield e.close().catch(()=>{}))}})}function xs(i){let t=0;for(let e of i)for(let r=0;r<e.length;r++){let s=Math.abs(e[r]);s>t&&(t=s)}return t<=1?i:i.map(e=>{let r=new Float32Array(e.length);for(let s=0;s<e.length;s++)r[s]=e[s]/t;return r})}function ks(i,t){if(!i||i.length===0)throw new Error("channelData must be a non-empty array");if(t<=0)throw new Error("duration must be greater than 0");if(typeof i[0]=="number"&&(i=[i]),!i[0]||i[0].length===0)throw new Error("channelData must contain non-empty channel arrays");let r=xs(i).map(n=>n instanceof Float32Array?n:Float32Array.from(n)),s=n=>{let o=r[n];if(!o)throw new Error(`Channel ${n} not found`);return o};return{duration:t,length:r[0].length,sampleRate:r[0].length/t,numberOfChannels:r.length,getChannelData:s,copyFromChannel:(n,o,l=0)=>{let a=s(o),d=Math.max(0,l),c=Math.max(0,Math.min(n.length,a.length-d));n.set(a.subarray(d,d+c))},copyToChannel:(n,o,l=0)=>{let a=s(o),d=Math.max(0,l),c=Math.max(0,Math.min(n.length,a.length-d));a.set(n.subarray(0,c),d)}}}var $s={decode:ws,createBuffer:ks},He=$s;var Ss=new Set(["destroy","_init","onInit","emit","on","un","once","unAll","options","wavesurfer","subscriptions","scope","destroyed","isDestroyed","listeners"]);function ui(i,t){class e extends nt{static create(...s){return new e(s[0])}onInit(){this.scope.dispose(),this.scope=new D;let s=this,n={get wavesurfer(){return s.wavesurfer},get state(){return s.wavesurfer.getState()},scope:this.scope,emit:(l,...a)=>this.emit(l,...a)},o=t(n,this.options);for(let l of Object.keys(o))if(Ss.has(l))throw new Error(`definePlugin('${i}'): api key "${l}" collides with the plugin chassis`);Object.assign(this,o)}destroy(){this.scope.dispose(),super.destroy()}}return Object.defineProperty(e,"name",{value:i}),e}var hi=function(i,t,e,r){function s(n){return n instanceof e?n:new e(function(o){o(n)})}return new(e||(e=Promise))(function(n,o){function l(c){try{d(r.next(c))}catch(h){o(h)}}function a(c){try{d(r.throw(c))}catch(h){o(h)}}function d(c){c.done?n(c.value):s(c.value).then(l,a)}d((r=r.apply(i,t||[])).next())})};function Es(i,t,e){return hi(this,void 0,void 0,function*(){var r;if(!i.body||!i.headers)return;let s=i.body.getReader(),n=Number(i.headers.get("Content-Length"))||0,o=0,l=()=>{s.cancel()};if(e){if(e.aborted){s.cancel();return}e.addEventListener("abort",l,{once:!0})}try{for(;;){let a=yield s.read();if(a.done)break;if(o+=((r=a.value)===null||r===void 0?void 0:r.length)||0,n>0){let d=Math.round(o/n*100);t(d)}}}catch(a){if(a instanceof DOMException&&a.name==="AbortError")return;console.warn("Progress tracking error:",a)}finally{e&&e.removeEventListener("abort",l)}})}function Cs(i,t,e){return hi(this,void 0,void 0,function*(){var r;let s=yield fetch(i,e);if(s.status>=400)throw new Error(`Failed to fetch ${i}: ${s.status} (${s.statusText})`);return Es(s.clone(),t,(r=e?.signal)!==null&&r!==void 0?r:void 0),s.blob()})}var Ps={fetchBlob:Cs},pi=Ps;var ot=class{constructor(t){this.frameId=null,this.callback=null,this.isRunning=!1,t.add(()=>this.stop())}get running(){return this.isRunning}start(t){if(this.callback=t,this.isRunning)return;this.isRunning=!0;let e=()=>{var r;this.isRunning&&(this.frameId=requestAnimationFrame(e),(r=this.callback)===null||r===void 0||r.call(this))};e()}stop(){this.isRunning=!1,this.frameId!==null&&(cancelAnimationFrame(this.frameId),this.frameId=null)}};var As=function(i,t,e,r){function s(n){return n instanceof e?n:new e(function(o){o(n)})}return new(e||(e=Promise))(function(n,o){function l(c){try{d(r.next(c))}catch(h){o(h)}}function a(c){try{d(r.throw(c))}catch(h){o(h)}}function d(c){c.done?n(c.value):s(c.value).then(l,a)}d((r=r.apply(i,t||[])).next())})},mi=3,jt=class{get isPlayingSignal(){return this._isPlaying}get currentTimeSignal(){return this._currentTime}get durationSignal(){return this._duration}get volumeSignal(){return this._volume}get mutedSignal(){return this._muted}get playbackRateSignal(){return this._playbackRate}get seekingSignal(){return this._seeking}constructor(t){this.isExternalMedia=!1,this._ownBlobUrl=null,this.pendingTime=null,this.mediaScope=new D,t.media?(this.media=t.media,this.isExternalMedia=!0):this.media=document.createElement("audio"),this._isPlaying=_(!1),this._currentTime=_(0),this._duration=_(0),this._volume=_(this.media.volume),this._muted=_(this.media.muted),this._playbackRate=_(this.media.playbackRate||1),this._seeking=_(!1),this.setupReactiveMediaEvents(),t.mediaControls&&(this.media.controls=!0),t.autoplay&&(this.media.autoplay=!0),t.playbackRate!=null&&this.mediaScope.add(this.onMediaEvent("canplay",()=>{t.playbackRate!=null&&(this.media.playbackRate=t.playbackRate)},{once:!0}))}setupReactiveMediaEvents(){this.mediaScope.add(this.onMediaEvent("play",()=>{this._isPlaying.set(!0)})),this.mediaScope.add(this.onMediaEvent("pause",()=>{this._isPlaying.set(!1)})),this.mediaScope.add(this.onMediaEvent("ended",()=>{this._isPlaying.set(!1)})),this.mediaScope.add(this.onMediaEvent("timeupdate",()=>{this._currentTime.set(this.media.currentTime)})),this.mediaScope.add(this.onMediaEvent("durationchange",()=>{this._duration.set(this.media.duration||0)})),this.mediaScope.add(this.onMediaEvent("loadedmetadata",()=>{this._duration.set(this.media.duration||0)})),this.mediaScope.add(this.onMediaEvent("canplay",()=>this.applyPendingTime())),this.mediaScope.add(this.onMediaEvent("seeking",()=>{this.pendingTime!=null&&Math.abs(this.media.currentTime-this.pendingTime)>.01&&(this.pendingTime=null),this._seeking.set(!0)})),this.mediaScope.add(this.onMediaEvent("seeked",()=>{this._seeking.set(!1)})),this.mediaScope.add(this.onMediaEvent("volumechange",()=>{this._volume.set(this.media.volume),this._muted.set(this.media.muted)})),this.mediaScope.add(this.onMediaEvent("ratechange",()=>{this._playbackRate.set(this.media.playbackRate)}))}onMediaEvent(t,e,r){return this.media.addEventListener(t,e,r),()=>this.media.removeEventListener(t,e,r)}getSrc(){return this.media.currentSrc||this.media.src||""}revokeSrc(){this._ownBlobUrl&&(URL.revokeObjectURL(this._ownBlobUrl),this._ownBlobUrl=null)}canPlayType(t){return this.media.canPlayType(t)!==""}applyPendingTime(){if(this.pendingTime==null)return;let t=this.pendingTime;this.media.currentTime=t,this.pendingTime=null}setSrc(t,e){let r=this.getSrc();if(t&&r===t)return;this.revokeSrc();let s=e instanceof Blob&&(this.canPlayType(e.type)||!t)?URL.createObjectURL(e):t;if(this.pendingTime=null,s!==t&&(this._ownBlobUrl=s),r&&this.media.removeAttribute("src"),s||t)try{this.media.src=s}catch{this.media.src=t}}destroy(){this.pendingTime=null,this.mediaScope.dispose(),this.revokeSrc(),!this.isExternalMedia&&(this.media.pause(),this.media.removeAttribute("src"),this.media.load(),this.media.remove())}setMediaElement(t){this.pendingTime=null,this.mediaScope.dispose(),this.mediaScope=new D,this.media=t,this.setupReactiveMediaEvents()}play(){return As(this,void 0,void 0,function*(){try{this.media.readyState>=mi&&this.applyPendingTime();let t=yield this.media.play();return this.applyPendingTime(),t}catch(t){if(t instanceof DOMException&&t.name==="AbortError")return;throw t}})}pause(){this.media.pause()}isPlaying(){return!this.media.paused&&!this.media.ended}setTime(t){let e=this.getDuration(),r=Number.isFinite(e)?Math.max(0,Math.min(t,e)):Math.max(0,t);if(this.media.readyState<mi){this.pendingTime=r;return}this.pendingTime=null,this.media.currentTime=r}getDuration(){return this.media.duration}getCurrentTime(){var t;return(t=this.pendingTime)!==null&&t!==void 0?t:this.media.currentTime}getVolume(){return this.media.volume}setVolume(t){this.media.volume=t}getMuted(){return this.media.muted}setMuted(t){this.media.muted=t}getPlaybackRate(){return this.media.playbackRate}isSeeking(){return this.media.seeking}setPlaybackRate(t,e){e!=null&&(this.media.preservesPitch=e),this.media.playbackRate=t}getMediaElement(){return this.media}setSinkId(t){return this.media.setSinkId(t)}},fi=jt;var zt=function(i,t,e,r){function s(n){return n instanceof e?n:new e(function(o){o(n)})}return new(e||(e=Promise))(function(n,o){function l(c){try{d(r.next(c))}catch(h){o(h)}}function a(c){try{d(r.throw(c))}catch(h){o(h)}}function d(c){c.done?n(c.value):s(c.value).then(l,a)}d((r=r.apply(i,t||[])).next())})};function Ts(){let i=globalThis.navigator;if(i?.audioSession)try{i.audioSession.type="playback"}catch(t){console.warn("Setting navigator.audioSession.type failed:",t)}}var Ut=class extends _e{constructor(t){super(),this.bufferNode=null,this.playStartTime=0,this.playbackPosition=0,this._muted=!1,this._playbackRate=1,this._duration=void 0,this.buffer=null,this.currentSrc="",this.paused=!0,this.crossOrigin=null,this.seeking=!1,this.autoplay=!1,this.error=null,this.scope=new D,this.scheduledStop=null,this.addEventListener=this.on,this.removeEventListener=this.un,this._destroyed=!1,this.srcGeneration=0,this.srcFetchAbort=null,Ts(),this.audioContext=t||new AudioContext,this.gainNode=this.audioContext.createGain(),this.gainNode.connect(this.audioContext.destination)}load(){return zt(this,void 0,void 0,function*(){})}remove(){this.destroy()}destroy(){var t;if(!this._destroyed){if(this._destroyed=!0,this.scope.dispose(),this.scheduledStop=null,this.srcGeneration++,(t=this.srcFetchAbort)===null||t===void 0||t.abort(),this.srcFetchAbort=null,this.currentSrc="",this.bufferNode){this.bufferNode.onended=null;try{this.bufferNode.stop()}catch{}this.bufferNode.disconnect(),this.bufferNode=null}this.gainNode.disconnect(),typeof this.audioContext.close=="function"&&Promise.resolve(this.audioContext.close.call(this.audioContext)).catch(()=>{}),this.buffer=null,this.unAll()}}get src(){return this.currentSrc}set src(t){var e;this.currentSrc=t,this._duration=void 0,this.error=null;let r=++this.srcGeneration;if((e=this.srcFetchAbort)===null||e===void 0||e.abort(),this.srcFetchAbort=null,!t){this.buffer=null,this.emit("emptied");return}let s=new AbortController;this.srcFetchAbort=s,fetch(t,{signal:s.signal}).then(n=>{if(n.status>=400)throw new Error(`Failed to fetch ${t}: ${n.status} (${n.statusText})`);return n.arrayBuffer()}).then(n=>r!==this.srcGeneration?null:this.audioContext.decodeAudioData(n)).then(n=>{r===this.srcGeneration&&(this.buffer=n,this.emit("loadedmetadata"),this.emit("canplay"),this.autoplay&&this.play())}).catch(n=>{r===this.srcGeneration&&(console.error("WebAudioPlayer load error:",n),this.error=n instanceof Error?n:new Error(String(n)),this.emit("error",this.error))})}_play(){if(!this.paused)return;this.paused=!1,this.bufferNode&&(this.bufferNode.onended=null,this.bufferNode.disconnect()),this.bufferNode=this.audioContext.createBufferSource(),this.buffer&&(this.bufferNode.buffer=this.buffer),this.bufferNode.playbackRate.value=this._playbackRate,this.bufferNode.connect(this.gainNode);let t=this.playbackPosition;(t>=this.duration||t<0)&&(t=0,this.playbackPosition=0),this.bufferNode.start(this.audioContext.currentTime,t),this.playStartTime=this.audioContext.currentTime,this.bufferNode.onended=()=>{!this.paused&&this.duration-this.currentTime<.01&&(this.pause(),this.emit("ended"))}}_pause(){if(this.scheduledStop&&this.currentTime<this.scheduledStop.time&&this.cancelScheduledStop(),this.playbackPosition=this.currentTime,this.paused=!0,this.bufferNode){this.bufferNode.onended=null;try{this.bufferNode.stop()}catch{}}}play(){return zt(this,void 0,void 0,function*(){this.paused&&(this.audioContext.state==="suspended"&&typeof this.audioContext.resume=="function"&&this.audioContext.resume().catch(()=>{}),this._play(),this.emit("play"))})}pause(){this.paused||(this._pause(),this.emit("pause"))}cancelScheduledStop(){var t;(t=this.scheduledStop)===null||t===void 0||t.cancel(),this.scheduledStop=null}stopAt(t){let e=this.bufferNode;if(!e)return;this.cancelScheduledStop();let r=(t-this.currentTime)/this._playbackRate;e.stop(this.audioContext.currentTime+Math.max(0,r));let s=this.scope.listen(e,"ended",()=>{let n=this.scheduledStop;n?.node===e&&(this.scheduledStop=null,n.cancel(),e===this.bufferNode&&(this.bufferNode=null,this.pause(),this.playbackPosition=Math.min(t,this.duration),this.emit("timeupdate")))},{once:!0});this.scheduledStop={node:e,time:t,cancel:s}}setSinkId(t){return zt(this,void 0,void 0,function*(){return this.audioContext.setSinkId(t)})}get playbackRate(){return this._playbackRate}set playbackRate(t){let e=!this.paused;e&&this._pause(),this._playbackRate=t,e&&this._play(),this.bufferNode&&(this.bufferNode.playbackRate.value=t)}get currentTime(){return this.paused?this.playbackPosition:this.playbackPosition+(this.audioContext.currentTime-this.playStartTime)*this._playbackRate}set currentTime(t){let e=!this.paused;e&&this._pause(),this.playbackPosition=t,e&&this._play(),this.emit("seeking"),this.emit("seeked"),this.emit("timeupdate")}get duration(){var t,e;return(t=this._duration)!==null&&t!==void 0?t:((e=this.buffer)===null||e===void 0?void 0:e.duration)||0}set duration(t){this._duration=t}get volume(){return this.gainNode.gain.value}set volume(t){this.gainNode.gain.value=t,this.emit("volumechange")}get muted(){return this._muted}set muted(t){this._muted!==t&&(this._muted=t,this._muted?this.gainNode.disconnect():this.gainNode.connect(this.audioContext.destination))}canPlayType(t){return/^(audio|video)\//.test(t)}getGainNode(){return this.gainNode}getChannelData(){let t=[];if(!this.buffer)return t;let e=this.buffer.numberOfChannels;for(let r=0;r<e;r++)t.push(this.buffer.getChannelData(r));return t}removeAttribute(t){switch(t){case"src":this.src="";break;case"playbackRate":this.playbackRate=0;break;case"currentTime":this.currentTime=0;break;case"duration":this.duration=0;break;case"volume":this.volume=0;break;case"muted":this.muted=!1;break}}},at=Ut;function gi(i){var t,e,r,s,n,o,l;let a=(t=i?.currentTime)!==null&&t!==void 0?t:_(0),d=(e=i?.duration)!==null&&e!==void 0?e:_(0),c=(r=i?.isPlaying)!==null&&r!==void 0?r:_(!1),h=(s=i?.isSeeking)!==null&&s!==void 0?s:_(!1),f=(n=i?.volume)!==null&&n!==void 0?n:_(1),w=(o=i?.muted)!==null&&o!==void 0?o:_(!1),v=(l=i?.playbackRate)!==null&&l!==void 0?l:_(1),b=_(null),k=_(null),P=_(""),O=_(0),F=_(0),X=_("idle"),q=K(()=>!c.value,[c]),Y=K(()=>b.value!==null,[b]),we=K(()=>Y.value&&d.value>0,[Y,d]),S=K(()=>a.value,[a]),ne=K(()=>d.value>0?a.value/d.value:0,[a,d]),de=[q,Y,we,S,ne];return{state:{currentTime:a,duration:d,isPlaying:c,isPaused:q,isSeeking:h,volume:f,muted:w,playbackRate:v,audioBuffer:b,peaks:k,url:P,zoom:O,scrollPosition:F,loadPhase:X,canPlay:Y,isReady:we,progress:S,progressPercent:ne},actions:{setCurrentTime:x=>{let Z=Math.max(0,Math.min(d.value||1/0,x));a.set(Z)},setDuration:x=>{d.set(Math.max(0,x))},setPlaying:x=>{c.set(x)},setSeeking:x=>{h.set(x)},setVolume:x=>{let Z=Math.max(0,Math.min(1,x));f.set(Z)},setPlaybackRate:x=>{let Z=Math.max(.1,Math.min(16,x));v.set(Z)},setAudioBuffer:x=>{if(b.set(x),x){let Z=d.value;(Z===0||Number.isNaN(Z)||Z===1/0)&&d.set(x.duration)}},setPeaks:x=>{k.set(x)},setUrl:x=>{P.set(x)},setZoom:x=>{O.set(Math.max(0,x))},setScrollPosition:x=>{F.set(Math.max(0,x))},setLoadPhase:x=>{X.set(x)}},dispose:()=>{de.forEach(x=>x.dispose())}}}var lt=function(i,t,e,r){function s(n){return n instanceof e?n:new e(function(o){o(n)})}return new(e||(e=Promise))(function(n,o){function l(c){try{d(r.next(c))}catch(h){o(h)}}function a(c){try{d(r.throw(c))}catch(h){o(h)}}function d(c){c.done?n(c.value):s(c.value).then(l,a)}d((r=r.apply(i,t||[])).next())})},Rs={waveColor:"#999",progressColor:"#555",cursorWidth:1,minPxPerSec:0,fillParent:!0,interact:!0,dragToSeek:!1,autoScroll:!0,autoCenter:!0,sampleRate:8e3},ye=class i extends _e{static create(t){return new i(t)}getState(){return this.wavesurferState}getRenderer(){return this.renderer}constructor(t){var e,r;super(),this.plugins=[],this.decodedData=null,this.stopAtPosition=null,this.internalWebAudioPlayer=null,this.webAudioPlayer=null,this.scope=new D,this.mediaEventScope=this.scope.child(),this.frameScheduler=new ot(this.scope),this.loadScope=null,this.supersededLoadScopes=new WeakSet,this.isDestroyed=!1,this.onTick=()=>{if(!this.isSeeking()){let h=this.updateProgress();if(this.emit("timeupdate",h),this.emit("audioprocess",h),this.stopAtPosition!=null&&this.isPlaying()&&h>=this.stopAtPosition){let f=this.stopAtPosition;this.pause(),this.setTime(f)}}};let s=!t.media&&t.backend==="WebAudio"?new at:null,n=(r=(e=t.media)!==null&&e!==void 0?e:s)!==null&&r!==void 0?r:void 0;this.player=new fi({media:n,mediaControls:t.mediaControls,autoplay:t.autoplay,playbackRate:t.audioRate}),this.internalWebAudioPlayer=s,this.webAudioPlayer=s??(t.media instanceof at?t.media:null),this.options=Object.assign({},Rs,t);let{state:o,actions:l,dispose:a}=gi({isPlaying:this.player.isPlayingSignal,currentTime:this.player.currentTimeSignal,duration:this.player.durationSignal,volume:this.player.volumeSignal,muted:this.player.mutedSignal,playbackRate:this.player.playbackRateSignal,isSeeking:this.player.seekingSignal});this.wavesurferState=o,this.wavesurferActions=l,this.scope.add(a);let d=n?void 0:this.player.getMediaElement();this.renderer=new st(this.options,d),this.initPlayerEvents(),this.initRendererEvents(),this.initPlugins();let c=this.options.url||this.player.getSrc()||"";Promise.resolve().then(()=>{if(this.isDestroyed)return;this.emit("init");let{peaks:h,duration:f}=this.options;(c||h&&f)&&this.load(c,h,f).catch(()=>{})})}updateProgress(t=this.getCurrentTime()){return this.renderer.renderProgress(t/this.getDuration(),this.isPlaying()),t}initPlayerEvents(){this.isPlaying()&&(this.emit("play"),this.frameScheduler.start(this.onTick)),this.mediaEventScope.add(this.player.onMediaEvent("timeupdate",()=>{let t=this.updateProgress();if(this.emit("timeupdate",t),this.stopAtPosition!=null&&this.isPlaying()&&t>=this.stopAtPosition){let e=this.stopAtPosition;this.pause(),this.setTime(e)}})),this.mediaEventScope.add(this.player.onMediaEvent("play",()=>{this.emit("play"),this.frameScheduler.start(this.onTick)})),this.mediaEventScope.add(this.player.onMediaEvent("pause",()=>{this.emit("pause"),this.frameScheduler.stop(),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("emptied",()=>{this.frameScheduler.stop(),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("ended",()=>{this.emit("timeupdate",this.getDuration()),this.emit("finish"),this.stopAtPosition=null})),this.mediaEventScope.add(this.player.onMediaEvent("seeking",()=>{this.emit("seeking",this.getCurrentTime())})),this.mediaEventScope.add(this.player.onMediaEvent("error",()=>{let t=this.player.getMediaElement().error,e;t instanceof Error?e=t:t?e=new Error(t.message||`Media error ${t.code}`):e=new Error("Media error"),this.emit("error",e),this.stopAtPosition=null}))}initRendererEvents(){this.scope.add(this.renderer.clickSignal.subscribe(t=>{t&&this.options.interact&&(this.seekTo(t.relativeX),this.emit("interaction",t.relativeX*this.getDuration()),this.emit("click",t.relativeX,t.relativeY))})),this.scope.add(this.renderer.dblclickSignal.subscribe(t=>{t&&this.emit("dblclick",t.relativeX,t.relativeY)}));{let{percentages:t,bounds:e}=this.renderer.getScrollSignals();this.scope.add(Ie(()=>{let{startX:r,endX:s}=t.value,{left:n,right:o}=e.value,l=this.getDuration();this.wavesurferActions.setScrollPosition(n),this.emit("scroll",r*l,s*l,n,o)},[t,e]))}this.scope.add(this.renderer.renderEpoch.subscribe(()=>{this.emit("redraw")})),this.scope.add(this.renderer.renderedEpoch.subscribe(()=>{this.emit("redrawcomplete")})),this.scope.add(this.renderer.resizeEpoch.subscribe(()=>{this.emit("resize")}));{let t,e=this.renderer.dragEventsSignal.subscribe(r=>{var s;if(!r)return;let{relativeX:n}=r;if(r.type==="start"){this.emit("dragstart",n);return}if(r.type==="end"){this.emit("dragend",n);return}if(!this.options.interact)return;this.renderer.renderProgress(n),t?.();let o=0,l=this.options.dragToSeek;this.isPlaying()?o=0:l===!0?o=200:l&&typeof l=="object"&&(o=(s=l.debounceTime)!==null&&s!==void 0?s:200),t=this.scope.timeout(()=>{this.seekTo(n)},o),this.emit("interaction",n*this.getDuration()),this.emit("drag",n)});this.scope.add(e)}}initPlugins(){var t;!((t=this.options.plugins)===null||t===void 0)&&t.length&&this.options.plugins.forEach(e=>{this.registerPlugin(e)})}unsubscribePlayerEvents(){this.mediaEventScope.dispose(),this.mediaEventScope=this.scope.child()}setOptions(t){this.isDestroyed||(this.options=Object.assign({},this.options,t),t.duration&&!t.peaks&&(this.decodedData=He.createBuffer(this.exportPeaks(),t.duration),this.wavesurferActions.setAudioBuffer(this.decodedData)),t.peaks&&t.duration&&(this.decodedData=He.createBuffer(t.peaks,t.duration),this.wavesurferActions.setAudioBuffer(this.decodedData)),this.renderer.setOptions(this.options),t.audioRate&&this.setPlaybackRate(t.audioRate),t.mediaControls!=null&&(this.player.getMediaElement().controls=t.mediaControls))}registerPlugin(t){if(this.isDestroyed)throw new Error("Cannot register a plugin: wavesurfer was destroyed. Create a new instance instead.");if(this.plugins.includes(t))return t;t._init(this),this.plugins.push(t);let e=this.scope.add(t.once("destroy",()=>{this.plugins=this.plugins.filter(r=>r!==t),e()}));return t}unregisterPlugin(t){this.plugins=this.plugins.filter(e=>e!==t),t.destroy()}getWrapper(){return this.renderer.getWrapper()}getWidth(){return this.renderer.getWidth()}getScroll(){return this.renderer.getScroll()}setScroll(t){if(!this.isDestroyed)return this.renderer.setScroll(t)}setScrollTime(t){let e=t/this.getDuration();this.renderer.setScrollPercentage(e)}getActivePlugins(){return this.plugins}bailedLoadOutcome(t){return this.supersededLoadScopes.has(t)?"superseded":void 0}loadAudio(t,e,r,s){return lt(this,void 0,void 0,function*(){var n;if(this.isDestroyed)throw new Error("Cannot load audio: wavesurfer was destroyed. Create a new instance instead.");this.loadScope&&!this.loadScope.disposed&&this.supersededLoadScopes.add(this.loadScope),(n=this.loadScope)===null||n===void 0||n.dispose();let o=this.scope.child();this.loadScope=o;try{if(this.emit("load",t),!o.disposed&&!e&&!r&&this.wavesurferActions.setLoadPhase("fetching"),this.wavesurferActions.setUrl(t||""),r?this.wavesurferActions.setPeaks(r):this.wavesurferActions.setPeaks(null),!this.options.media&&this.isPlaying()&&this.pause(),this.decodedData=null,this.wavesurferActions.setAudioBuffer(null),this.stopAtPosition=null,!e&&!r){let a=Object.assign({},this.options.fetchParams);a.signal||(a.signal=o.abortSignal());let d=h=>this.emit("loading",h);if(e=yield pi.fetchBlob(t,d,a),o.disposed)return this.bailedLoadOutcome(o);let c=this.options.blobMimeType;c&&(e=new Blob([e],{type:c}))}if(o.disposed)return this.bailedLoadOutcome(o);this.player.setSrc(t,e);let l=yield new Promise(a=>{let d=s||this.getDuration();if(d)a(d);else{this.mediaEventScope.add(this.player.onMediaEvent("loadedmetadata",()=>a(this.getDuration()),{once:!0}));let c=this.mediaEventScope.add(()=>a(0));o.add(c)}});if(o.disposed)return this.bailedLoadOutcome(o);if(!t&&!e&&this.webAudioPlayer&&(this.webAudioPlayer.duration=l),o.disposed||this.wavesurferActions.setLoadPhase("decoding"),r)this.decodedData=He.createBuffer(r,l||0);else if(e){let a=yield e.arrayBuffer();if(o.disposed)return this.bailedLoadOutcome(o);let d=yield He.decode(a,this.options.sampleRate);if(o.disposed)return this.bailedLoadOutcome(o);this.decodedData=d}if(o.disposed)return this.bailedLoadOutcome(o);this.decodedData&&(this.wavesurferActions.setAudioBuffer(this.decodedData),this.emit("decode",this.getDuration()),this.renderer.render(this.decodedData)),o.disposed||this.wavesurferActions.setLoadPhase("ready"),this.emit("ready",this.getDuration())}catch(l){if(!this.supersededLoadScopes.has(o))throw(this.loadScope===o||this.loadScope===null)&&this.wavesurferActions.setLoadPhase("error"),l;return"superseded"}})}classifyLoadResult(t){let e=t.then(r=>{if(r==="superseded")throw new DOMException("The load was superseded by a newer load call","AbortError")},r=>{throw this.emit("error",r),r});return e.catch(()=>{}),e}load(t,e,r){return this.classifyLoadResult(this.loadAudio(t,void 0,e,r))}loadBlob(t,e,r){return this.classifyLoadResult(this.loadAudio("",t,e,r))}zoom(t){if(!this.decodedData)throw new Error("No audio loaded");this.renderer.zoom(t),this.wavesurferActions.setZoom(t),this.emit("zoom",t)}getDecodedData(){return this.decodedData}exportPeaks({channels:t=2,maxLength:e=8e3,precision:r=1e4}={}){if(!this.decodedData)throw new Error("The audio has not been decoded yet");let s=Math.min(t,this.decodedData.numberOfChannels),n=[];for(let o=0;o<s;o++){let l=this.decodedData.getChannelData(o),a=[],d=l.length/e;for(let c=0;c<e;c++){let h=l.slice(Math.floor(c*d),Math.ceil((c+1)*d)),f=0;for(let w=0;w<h.length;w++){let v=h[w];Math.abs(v)>Math.abs(f)&&(f=v)}a.push(Math.round(f*r)/r)}n.push(a)}return n}getDuration(){let t=this.player.getDuration()||0;return(t===0||t===1/0)&&this.decodedData&&(t=this.decodedData.duration),t}toggleInteraction(t){this.options.interact=t}setTime(t){this.isDestroyed||(this.stopAtPosition=null,this.player.setTime(t),this.updateProgress(t),this.emit("timeupdate",t))}seekTo(t){let e=this.getDuration()*t;this.setTime(e)}pause(){this.isDestroyed||this.player.pause()}isPlaying(){return this.player.isPlaying()}isSeeking(){return this.player.isSeeking()}getCurrentTime(){return this.player.getCurrentTime()}getVolume(){return this.player.getVolume()}setVolume(t){this.isDestroyed||this.player.setVolume(t)}getMuted(){return this.player.getMuted()}setMuted(t){this.isDestroyed||this.player.setMuted(t)}getPlaybackRate(){return this.player.getPlaybackRate()}setPlaybackRate(t,e){this.isDestroyed||this.player.setPlaybackRate(t,e)}setSinkId(t){return this.isDestroyed?Promise.resolve():this.player.setSinkId(t)}getMediaElement(){return this.webAudioPlayer?null:this.player.getMediaElement()}play(t,e){return lt(this,void 0,void 0,function*(){if(this.isDestroyed)return;t!=null&&this.setTime(t);let r=yield this.player.play();return e!=null&&(this.webAudioPlayer?this.webAudioPlayer.stopAt(e):this.stopAtPosition=e),r})}playPause(){return lt(this,void 0,void 0,function*(){return this.isPlaying()?this.pause():this.play()})}stop(){this.pause(),this.setTime(0)}skip(t){this.setTime(this.getCurrentTime()+t)}empty(){this.load("",[[0]],.001).catch(()=>{})}setMediaElement(t){this.isDestroyed||(this.unsubscribePlayerEvents(),this.player.setMediaElement(t),this.webAudioPlayer=t instanceof at?t:null,this.initPlayerEvents())}exportImage(){return lt(this,arguments,void 0,function*(t="image/png",e=1,r="dataURL"){return this.renderer.exportImage(t,e,r)})}destroy(){var t;this.isDestroyed||(this.isDestroyed=!0,this.emit("destroy"),this.plugins.forEach(e=>e.destroy()),this.scope.dispose(),this.loadScope=null,this.decodedData=null,this.wavesurferActions.setAudioBuffer(null),this.renderer.destroy(),this.player.destroy(),this.unAll(),(t=this.internalWebAudioPlayer)===null||t===void 0||t.destroy())}};ye.BasePlugin=nt;ye.dom=Dt;ye.definePlugin=ui;var Bt=ye;var Ms=`
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
`;function je(i,...t){let e=document.createElement("div");return e.className=i,e.setAttribute("part",i),e.append(...t),e}function Ds(){let i=document.createElement("div"),t=i.attachShadow({mode:"open"}),e=new CSSStyleSheet;return e.replaceSync(Ms),t.adoptedStyleSheets=[e],t.append(je("scroll",je("wrapper",je("canvases"),je("progress"),je("cursor")))),[i,t]}var vi=st.prototype;if(!vi.initHtml)throw new Error("wavesurfer.js: Renderer.initHtml is gone, its styles cannot be replaced");vi.initHtml=Ds;var bi=84,_i=5,yi=30,Ls=76,Os=[1,2,5,10,15,30,60,120,300,600,900,1800,3600],L=class extends E{constructor(){super();this.duration_ms=0;this.peaks=[[0,0],[0,0]];this.stretches=[];this.caller=null;this.called=null;this.note="";this.position_s=0;this.width_px=0;this.surfer=null;this.scheme=matchMedia("(prefers-color-scheme: dark)");this.repaint=()=>this.surfer?.setOptions(this.paint());this.observer=new ResizeObserver(()=>{this.width_px=this.wave.clientWidth});new R(this)}connectedCallback(){super.connectedCallback(),this.scheme.addEventListener("change",this.repaint)}disconnectedCallback(){super.disconnectedCallback(),this.scheme.removeEventListener("change",this.repaint),this.observer.disconnect(),this.surfer?.destroy(),this.surfer=null}async toggle(){await this.surfer?.playPause()}seek(e){this.surfer?.setTime(Math.min(this.duration_ms/1e3,Math.max(0,e)))}get current_s(){return this.position_s}colour(e){return getComputedStyle(this).getPropertyValue(e).trim()}paint(){let e=r=>({waveColor:this.colour(`--${r}-soft`),progressColor:this.colour(`--${r}`),height:bi});return{splitChannels:[e("caller"),e("called")],cursorColor:this.colour("--text")}}create_surfer(){this.surfer=Bt.create({...this.paint(),container:this.wave,media:this.media,peaks:this.peaks,duration:this.duration_ms/1e3,height:bi,maxPeak:Rt(this.peaks),normalize:!0,barHeight:.88,barWidth:2,barGap:1,barRadius:1,barMinHeight:1,cursorWidth:2,dragToSeek:!0,hideScrollbar:!0}),this.surfer.on("timeupdate",e=>{this.position_s=e,this.dispatchEvent(new CustomEvent("position",{detail:e}))}),this.surfer.on("error",()=>{})}firstUpdated(){this.observer.observe(this.wave),this.create_surfer()}updated(e){if(this.surfer&&e.has("peaks")&&e.get("peaks")){let[r,s]=[this.peaks,this.duration_ms/1e3];this.surfer.setOptions({peaks:r,duration:s,maxPeak:Rt(r)})}}key_target(e){let r=this.duration_ms/1e3;switch(e){case"ArrowLeft":case"ArrowDown":return this.position_s-_i;case"ArrowRight":case"ArrowUp":return this.position_s+_i;case"PageDown":return this.position_s-yi;case"PageUp":return this.position_s+yi;case"Home":return 0;case"End":return r;default:return null}}key_down(e){if(e.ctrlKey||e.altKey||e.metaKey)return;let r=this.key_target(e.key);r!==null?(e.preventDefault(),this.seek(r)):e.key===" "&&(e.preventDefault(),this.dispatchEvent(new Event("toggle")))}ticks(){let e=this.duration_ms/1e3,r=Math.max(1,Math.floor(this.width_px/Ls)),s=Os.find(o=>e/o<=r)??7200,n=[];for(let o=0;o<e;o+=s)n.push(o);return n}render_party(e,r){return p`<div class="party ${e}">
            <span class="role">${u(e==="caller"?"lane_caller":"lane_called")}</span>
            <span class="name">${te(r)}</span>
            <span class="number">${ve(r)}</span>
        </div>`}render_stretch(e){let r=`left:${e.start*100}%;width:${e.length*100}%`,{cause:s,lane:n,mark:o}=e,l=`cause cause-${s} ${n} ${o?"mark":""}`;return p`<div class=${l} .style=${r}></div>`}render_tick(e){let r=`left:${e/(this.duration_ms/1e3)*100}%`;return p`<span class="tick" .style=${r}>${J(e*1e3)}</span>`}render(){let e=this.duration_ms/1e3,r=s=>ee(Math.floor(s)*1e3,"long");return p`
            ${this.render_party("caller",this.caller)}
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
                <div class="facts">${this.stretches.map(s=>this.render_stretch(s))}</div>
                ${this.note?p`<p class="note">${this.note}</p>`:g}
                <div class="wave"></div>
            </div>
            ${this.render_party("called",this.called)}
            <div class="ruler" aria-hidden="true">
                ${this.ticks().map(s=>this.render_tick(s))}
            </div>
        `}};L.styles=[I,it,C`
            :host {
                display: grid;
                grid-template-areas: 'caller' 'board' 'ruler' 'called';
                grid-template-columns: minmax(0, 1fr);
                gap: 0.4rem 1rem;
                container-type: inline-size;
            }
            .party {
                display: flex;
                flex-wrap: wrap;
                align-items: baseline;
                gap: 0 0.5rem;
                min-width: 0;
                padding-left: 0.7rem;
                border-left: 4px solid var(--caller);
                font-size: 0.9375rem;
                overflow-wrap: anywhere;
            }
            .party.caller {
                grid-area: caller;
            }
            .party.called {
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
        `],m([$({attribute:!1})],L.prototype,"media",2),m([$({attribute:!1})],L.prototype,"duration_ms",2),m([$({attribute:!1})],L.prototype,"peaks",2),m([$({attribute:!1})],L.prototype,"stretches",2),m([$({attribute:!1})],L.prototype,"caller",2),m([$({attribute:!1})],L.prototype,"called",2),m([$()],L.prototype,"note",2),m([y()],L.prototype,"position_s",2),m([y()],L.prototype,"width_px",2),m([A(".wave")],L.prototype,"wave",2),L=m([W("recorder-lanes")],L);var wi=C`
    :host {
        display: grid;
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
    .browser {
        display: grid;
        gap: 0.35rem;
    }
    audio {
        display: block;
        width: 100%;
        height: 2.75rem;
    }
    .technical summary {
        width: fit-content;
        padding: 0.25rem 0;
        border-radius: 4px;
        color: var(--accent);
        font-size: 0.9375rem;
        font-weight: 500;
        cursor: pointer;
    }
    .technical .hint {
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
`;var xi=10,U=class extends E{constructor(){super();this.recording_id="";this.loaded=null;this.problem=null;this.playback_problem="";this.playing=!1;this.position_s=0;this.media=document.createElement("audio");this.aborter=new AbortController;new R(this),this.media.controls=!0,this.media.preload="none";for(let e of["play","pause","ended"])this.media.addEventListener(e,()=>this.playing=!this.media.paused);this.media.addEventListener("error",()=>{this.playback_failed()})}disconnectedCallback(){super.disconnectedCallback(),this.aborter.abort(),this.unload_media()}focus_heading(){this.heading?.focus()}willUpdate(e){e.has("recording_id")&&this.recording_id&&this.load()}unload_media(){this.media.pause(),this.media.hasAttribute("src")&&(this.media.removeAttribute("src"),this.media.load())}async fetch_all(e,r){let s=await pr(e,r),n=s.state==="sealed"||s.state==="recovered",[o,l]=n?await Promise.allSettled([mr(e,r),fr(e,r)]):[null,null],a=o?.status==="fulfilled"?o.value:[],d=s.duration_ms,c=l?.status==="fulfilled"?l.value:null;return{recording:s,facts:a,facts_failed:o?.status==="rejected",lanes:jr(c,d),stretches:Ir(a,s.legs??[],d),waveform_note:l?.status==="rejected"?"waveform_failed":c?"":"no_waveform"}}async load(){this.aborter.abort(),this.aborter=new AbortController;let{signal:e}=this.aborter;this.unload_media(),this.loaded=null,this.problem=null,this.playback_problem="",this.position_s=0;try{let r=await this.fetch_all(this.recording_id,e);e.aborted||(this.media.src=kt(this.recording_id),this.loaded=r)}catch(r){!e.aborted&&!Ke(r)&&this.fail(r)}}fail(e){this.problem=e,le(e)&&this.dispatchEvent(new Event("session-over"))}async playback_failed(){let e=this.recording_id;if(!this.media.hasAttribute("src"))return;let r=await gr(e);e===this.recording_id&&(this.playback_problem=r?re(r):u("problem_playback"),le(r)&&this.dispatchEvent(new Event("session-over")))}async toggle(){this.playback_problem="";try{await this.lanes?.toggle()}catch{}}skip(e){this.lanes?.seek(this.position_s+e)}close(){this.dispatchEvent(new Event("close"))}render_close(){return p`<button class="button quiet close" @click=${this.close}>
            <span class="narrow">${Tr()}${u("back_to_list")}</span>
            <span class="wide"
                >${Ar()}<span class="visually-hidden">${u("close")}</span></span
            >
        </button>`}render_header(e){let{other:r}=Oe(e),s=new Date(e.started_at),n=e.ended_at?new Date(e.ended_at):null,o=ve(r);return p`<header>
            ${this.render_close()}
            <div class="title">
                <h2 tabindex="-1">${te(r)}</h2>
                <p class="below">
                    ${o?p`<span class="number">${o}</span>`:g}
                    <span class="badge ${e.state}"
                        ><span class="visually-hidden">${u("state")} </span>${u(`state_${e.state}`)}</span
                    >
                </p>
            </div>
            <dl>
                <div>
                    <dt>${u("when")}</dt>
                    <dd>${Sr(s,n)}</dd>
                </div>
                <div>
                    <dt>${u("direction")}</dt>
                    <dd class="direction">
                        ${Ye(e.direction)}${et(e.direction)}
                        ${tt(e)}
                    </dd>
                </div>
                ${e.ended_at?p`<div>
                          <dt>${u("duration")}</dt>
                          <dd>${ee(e.duration_ms)}</dd>
                      </div>`:g}
            </dl>
        </header>`}render_controls(e){let r=this.playing?"pause":"play",s=J(this.position_s*1e3);return p`<div class="controls">
            <button
                class="button skip"
                aria-label=${`−10 s, ${u("back_10")}`}
                @click=${()=>this.skip(-xi)}
            >
                −10 s
            </button>
            <button class="button primary play" @click=${this.toggle}>
                ${this.playing?Pr():Cr()}${u(r)}
            </button>
            <button
                class="button skip"
                aria-label=${`+10 s, ${u("forward_10")}`}
                @click=${()=>this.skip(xi)}
            >
                +10 s
            </button>
            <p class="clock">
                <span id="position">${s}</span>
                <span class="total">/ ${J(e.duration_ms)}</span>
            </p>
            <a class="button" href=${vr(e.id)} download>
                ${Mr()}${u("download")}
            </a>
        </div>`}render_audio(e){let{recording:r}=e;return p`
            ${this.render_controls(r)}
            ${this.playback_problem?p`<p class="notice problem" role="alert">
                      ${j()}<span>${this.playback_problem}</span>
                  </p>`:g}
            <recorder-lanes
                .media=${this.media}
                .duration_ms=${r.duration_ms}
                .peaks=${e.lanes}
                .stretches=${e.stretches}
                .caller=${r.caller}
                .called=${r.called}
                .note=${e.waveform_note?u(e.waveform_note):""}
                @position=${s=>this.position_s=s.detail}
                @toggle=${this.toggle}
            ></recorder-lanes>
            <recorder-facts
                .recording=${r}
                .facts=${e.facts}
                .failed=${e.facts_failed}
                @jump=${s=>this.lanes?.seek(s.detail)}
            ></recorder-facts>
            <div class="browser">
                <p class="hint" id="browser-player">${u("browser_player")}</p>
                ${this.media}
            </div>
        `}render_leg(e){let r=s=>p`<td class="figure">${ae(s)}</td>`;return p`<tr>
            <th scope="row">${u(e.channel==="left"?"lane_caller":"lane_called")}</th>
            <td>${e.codec}</td>
            ${r(e.packets_received)} ${r(e.packets_lost)} ${r(e.packets_late)}
            ${r(e.packets_duplicate)}
        </tr>`}render_technical(e){let r=["fact_side","codec","packets_received","packets_lost","packets_late","packets_duplicate"];return p`<details class="technical">
            <summary>${u("technical")}</summary>
            ${e.legs?.length?p`<div
                      class="scroll"
                      tabindex="0"
                      role="group"
                      aria-label=${u("technical")}
                  >
                      <table>
                          <thead>
                              <tr>
                                  ${r.map(s=>p`<th scope="col">${u(s)}</th>`)}
                              </tr>
                          </thead>
                          <tbody>
                              ${e.legs.map(s=>this.render_leg(s))}
                          </tbody>
                      </table>
                  </div>`:g}
            <p class="hint">${u("identifier")}: <code>${e.id}</code></p>
        </details>`}render_note(e){if(e.state==="sealed")return g;let r={recording:"",recovered:"caution",failed:"problem"}[e.state];return p`<p class="notice ${r}">
            ${j()}<span>${u(`note_${e.state}`)}</span>
        </p>`}render_waiting(){return p`<header>
            ${this.render_close()}
            <div class="title"><h2 tabindex="-1">${u("call")}</h2></div>
            ${this.problem?p`<p class="notice problem" role="alert">
                          ${j()}<span>${re(this.problem)}</span>
                      </p>
                      <p>
                          <button class="button" @click=${this.load}>
                              ${u("try_again")}
                          </button>
                      </p>`:p`<p class="hint" role="status">${u("loading")}</p>`}
        </header>`}render(){if(!this.loaded)return this.render_waiting();let{recording:e}=this.loaded,r=e.state==="sealed"||e.state==="recovered";return this.media.setAttribute("aria-label",u("browser_player")),p`
            ${this.render_header(e)} ${this.render_note(e)}
            ${r?this.render_audio(this.loaded):e.state==="recording"?p`<p>
                        <button class="button" @click=${this.load}>${u("reload")}</button>
                    </p>`:g}
            ${this.render_technical(e)}
        `}};U.styles=[I,wi],m([$({attribute:!1})],U.prototype,"recording_id",2),m([y()],U.prototype,"loaded",2),m([y()],U.prototype,"problem",2),m([y()],U.prototype,"playback_problem",2),m([y()],U.prototype,"playing",2),m([y()],U.prototype,"position_s",2),m([A("recorder-lanes")],U.prototype,"lanes",2),m([A("h2")],U.prototype,"heading",2),U=m([W("recorder-player")],U);var Ns=1e3,B=class extends E{constructor(){super();this.message="";this.busy=!1;this.problem=null;this.missing="";this.wait_s=0;this.wait_said_s=0;this.timer=0;new R(this)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}firstUpdated(){this.customer_input.focus()}count_down(e){clearInterval(this.timer),this.wait_s=Math.max(1,Math.ceil(e)),this.wait_said_s=this.wait_s,this.timer=window.setInterval(()=>{this.wait_s-=1,this.wait_s<=0&&clearInterval(this.timer)},Ns)}find_missing(){return this.missing="",this.customer_input.value.trim()?this.pin_input.value||(this.missing="pin",this.pin_input.focus()):(this.missing="customer",this.customer_input.focus()),this.missing!==""}refused(e){this.problem=e,e instanceof T&&e.status===429&&this.count_down(e.retry_after_s),this.pin_input.value="",this.pin_input.focus()}async submit(e){if(e.preventDefault(),!(this.busy||this.wait_s>0)&&(this.problem=null,!this.find_missing())){this.busy=!0;try{await dr(this.customer_input.value.replace(/\s/g,""),this.pin_input.value),this.dispatchEvent(new Event("signed-in"))}catch(r){this.refused(r)}finally{this.busy=!1}}}problem_text(){if(this.missing)return u(this.missing==="pin"?"fill_pin":"fill_customer");if(this.problem instanceof T)switch(this.problem.status){case 400:case 401:return u("wrong_pin");case 429:return this.wait_s>0?u("wait_seconds",{seconds:rt(this.wait_s)}):u("wait_over")}return this.problem?re(this.problem):""}render_problem(){let e=this.problem_text();if(!e)return this.message?p`<p class="notice">${j()}<span>${u(this.message)}</span></p>`:g;let r=this.wait_s>0;return p`<p class="notice problem" id="problem">
            ${j()}<span aria-hidden=${r?"true":"false"}>${e}</span>
            ${r?p`<span class="visually-hidden"
                      >${u("wait_seconds",{seconds:rt(this.wait_said_s)})}</span
                  >`:g}
        </p>`}render_field(e,r){let s=this.missing===e||this.problem instanceof T&&this.problem.status===401;return p`<div class="field">
            <label for=${e}>${r}</label>
            <input
                id=${e}
                name=${e}
                type=${e==="pin"?"password":"text"}
                inputmode="numeric"
                autocomplete=${e==="pin"?"current-password":"username"}
                maxlength="64"
                required
                aria-invalid=${s?"true":"false"}
                aria-describedby=${this.problem_text()?"problem":g}
            />
        </div>`}render(){let e=this.busy||this.wait_s>0;return p`<main>
            <form novalidate aria-labelledby="title" @submit=${this.submit}>
                <div class="mark">${Ze()}<span>${u("product")}</span></div>
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
        </main>`}};B.styles=[I,C`
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
        `],m([$()],B.prototype,"message",2),m([y()],B.prototype,"busy",2),m([y()],B.prototype,"problem",2),m([y()],B.prototype,"missing",2),m([y()],B.prototype,"wait_s",2),m([y()],B.prototype,"wait_said_s",2),m([A("#customer")],B.prototype,"customer_input",2),m([A("#pin")],B.prototype,"pin_input",2),B=m([W("recorder-sign-in")],B);var Ws=[["da","Dansk"],["en","English"]];function Is(i,t){return i.number===t.number&&i.from===t.from&&i.to===t.to}var H=class extends E{constructor(){super();this.phase="starting";this.session=null;this.route=Ct();this.filter=this.route;this.sign_in_message="";this.problem=null;this.popped=()=>this.show(Ct());this.page_shown=e=>{e.persisted&&this.session&&this.find_session("signed_out_idle")};this.key_down=e=>{e.key==="Escape"&&this.route.id&&!e.defaultPrevented&&this.close_call()};new R(this)}connectedCallback(){super.connectedCallback(),window.addEventListener("popstate",this.popped),window.addEventListener("keydown",this.key_down),window.addEventListener("pageshow",this.page_shown),this.find_session("")}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener("popstate",this.popped),window.removeEventListener("keydown",this.key_down),window.removeEventListener("pageshow",this.page_shown)}updated(){document.documentElement.lang=M.code;let e=this.phase==="signed-out"?u("sign_in_title"):u("calls");document.title=`${e} · ${u("product")}`}async find_session(e){try{this.session=await ur(),this.phase="signed-in",this.sign_in_message=""}catch(r){le(r)?this.leave(e):(this.problem=r,this.phase="failed")}}async signed_in(){await this.find_session(""),await this.updateComplete,this.main?.focus()}leave(e){this.session=null,this.sign_in_message=e,this.phase="signed-out"}async sign_out(){try{await cr()}catch(e){if(!le(e)){this.problem=e;return}}this.go({number:"",from:"",to:"",id:""}),this.leave("signed_out")}show(e){if(this.route=e,!Is(e,this.filter)){let{number:r,from:s,to:n}=e;this.filter={number:r,from:s,to:n}}}go(e){let r=Je(e);r!==location.pathname+location.search&&history.pushState(null,"",r),this.show(e)}async open_call(e){this.go({...this.route,id:e}),await this.updateComplete,this.player?.focus_heading(),matchMedia("(max-width: 899px)").matches&&window.scrollTo({top:0})}async close_call(){let{id:e}=this.route;this.go({...this.route,id:""}),await this.updateComplete,this.list?.focus_row(e)}render_language(){return p`<div class="languages" role="group" aria-label=${u("language")}>
            ${Ws.map(([e,r])=>p`<button
                        lang=${e}
                        aria-pressed=${M.code===e?"true":"false"}
                        @click=${()=>M.choose(e)}
                    >
                        ${r}
                    </button>`)}
        </div>`}render_header(){let{session:e}=this;return p`<header>
            ${e?p`<button class="skip" @click=${()=>this.main?.focus()}>
                          ${u("skip_to_content")}
                      </button>
                      <p class="product">${Ze()}<span>${u("product")}</span></p>`:p`<span></span>`}
            <div class="tools">
                ${e?p`<p class="who">
                          <span class="visually-hidden">${u("signed_in_as")}</span>
                          <strong>${e.name||e.customer}</strong>
                          ${e.name?p`<span>${e.customer}</span>`:g}
                      </p>`:g}
                ${this.render_language()}
                ${e?p`<button class="button sign-out" @click=${this.sign_out}>
                          ${u("sign_out")}
                      </button>`:g}
            </div>
        </header>`}render_detail(){let{id:e}=this.route;return e?p`<recorder-player
            .recording_id=${e}
            @close=${this.close_call}
            @session-over=${()=>this.leave("signed_out_idle")}
        ></recorder-player>`:p`<div class="choose">
                ${Qe()}
                <p class="choose-title">${u("choose_title")}</p>
                <p>${u("choose_text")}</p>
            </div>`}render_calls(){return p`<main id="calls" tabindex="-1" class=${this.route.id?"open":""}>
            <div class="find">
                <h1>${u("calls")}</h1>
                ${this.problem?this.render_problem():g}
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
        </main>`}render_problem(){return p`<p class="notice problem" role="alert">
            ${j()}<span>${re(this.problem)}</span>
        </p>`}retry(){this.problem=null,this.phase="starting",this.find_session("")}render_phase(){switch(this.phase){case"starting":return p`<p class="starting" role="status">${u("loading")}</p>`;case"signed-out":return p`<recorder-sign-in
                    .message=${this.sign_in_message}
                    @signed-in=${this.signed_in}
                ></recorder-sign-in>`;case"signed-in":return this.render_calls();case"failed":return p`<main class="failed">
                    ${this.render_problem()}
                    <button class="button" @click=${this.retry}>${u("try_again")}</button>
                </main>`}}render(){return p`${this.render_header()} ${this.render_phase()}`}};H.styles=[I,br],m([y()],H.prototype,"phase",2),m([y()],H.prototype,"session",2),m([y()],H.prototype,"route",2),m([y()],H.prototype,"filter",2),m([y()],H.prototype,"sign_in_message",2),m([y()],H.prototype,"problem",2),m([A("recorder-list")],H.prototype,"list",2),m([A("recorder-player")],H.prototype,"player",2),m([A("main")],H.prototype,"main",2),H=m([W("recorder-app")],H);
