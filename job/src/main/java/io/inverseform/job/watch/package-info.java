/**
 * What a run shows while it runs: how steps split, who is slow, and where that is to be seen. Knows
 * no training.
 */
package io.inverseform.job.watch;
