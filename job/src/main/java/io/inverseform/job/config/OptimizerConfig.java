package io.inverseform.job.config;

/** SGD with momentum, after PyTorch's rule. */
public record OptimizerConfig(double learningRate, double momentum, double weightDecay) {}
