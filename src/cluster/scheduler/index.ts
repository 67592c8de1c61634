export { runScheduler, type SchedulerDependencies } from './run-scheduler.js';
