/** The only package that knows DJL's PyTorch internals. */
package io.inverseform.job.torch;
