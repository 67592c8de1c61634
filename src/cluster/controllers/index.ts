export { type ControllersDependencies, runControllers } from './run-controllers.js';
