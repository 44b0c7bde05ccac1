/**
 * What is wrong with a machine before anything runs on it: checks that measure, each with a verdict
 * and, where not all is well, what to do.
 */
package io.inverseform.job.doctor;
