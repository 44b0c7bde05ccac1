/** The losses, one class each, composed by configuration. */
package io.inverseform.job.loss;
