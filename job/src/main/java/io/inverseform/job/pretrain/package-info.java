/**
 * How the inverse-transform network of the InverseForm loss learns, and whether its distance can
 * teach. Read {@link io.inverseform.job.pretrain.InverseTransform} first.
 */
package io.inverseform.job.pretrain;
