/** One line on the console that says how far a long piece of work is. Knows no other package. */
package io.inverseform.job.progress;
