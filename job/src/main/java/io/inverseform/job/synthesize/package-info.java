/**
 * Generated street scenes with label maps, in the layout of Cityscapes: the data that a fresh
 * machine can train on without a download. Needs no native library.
 */
package io.inverseform.job.synthesize;
