/** Weight files: PyTorch's two formats in, safetensors in and out. No natives, no networks. */
package io.inverseform.job.weights;
