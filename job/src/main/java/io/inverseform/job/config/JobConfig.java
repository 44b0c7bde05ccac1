package io.inverseform.job.config;

import java.io.Serializable;

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
    EvaluateConfig evaluate)
    implements Serializable {
  public JobConfig {
    Check.text("run", run);
    Check.given("data", data);
    Check.given("synthesize", synthesize);
    Check.given("preprocess", preprocess);
    Check.given("model", model);
    Check.given("loss", loss);
    Check.given("augment", augment);
    Check.given("optimizer", optimizer);
    Check.given("schedule", schedule);
    Check.given("train", train);
    Check.given("evaluate", evaluate);
  }

  /** The same with other places. */
  public JobConfig with(String otherRun, DataConfig otherData) {
    return new JobConfig(
        seed,
        otherRun,
        otherData,
        synthesize,
        preprocess,
        model,
        loss,
        augment,
        optimizer,
        schedule,
        train,
        evaluate);
  }
}
