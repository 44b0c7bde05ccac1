/**
 * What becomes of a sample before a network sees it: where its crop lies, how its colours change.
 * Everything is drawn by seed, epoch and sample. Maps of classes and edges are moved by the threads
 * that decode, as bytes; pictures are scaled, rotated and coloured by torch on the training device.
 */
package io.inverseform.job.augment;
