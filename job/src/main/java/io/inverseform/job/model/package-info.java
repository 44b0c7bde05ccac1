/** Networks as layers on a tape, built from configuration records. */
package io.inverseform.job.model;
