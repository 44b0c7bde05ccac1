package io.inverseform.job.config;

/**
 * Everything that one run is configured by.
 *
 * @param seed of every random draw: scenes, initial weights, sampling, augmentation, dropout
 * @param run folder for checkpoints, metrics and results; local or any Hadoop file system
 */
public record JobConfig(
    long seed,
    String run,
    DataConfig data,
    SynthesizeConfig synthesize,
    PreprocessConfig preprocess,
    ModelConfig model,
    LossConfig loss,
    AugmentConfig augment,
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    TrainConfig train,
    EvaluateConfig evaluate) {}
