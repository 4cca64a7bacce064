/**
 * main: the script of the page. Everything hangs below <recorder-app>.
 */
import './app.js';
