package io.inverseform.job.config;

/**
 * The training loop.
 *
 * @param workers world size: tasks of the barrier stage, each with a shard
 * @param threads torch threads a worker
 * @param batch images a worker and step
 * @param maxSteps ends the run early after this many steps in all; 0 for no limit
 * @param validateEvery epochs between validations
 * @param checkpointEvery steps between checkpoints; one is always written at the end
 * @param keepCheckpoints newest checkpoints kept
 * @param decodeThreads threads a worker that decode pictures ahead of the step
 * @param timeoutSeconds longest wait for any other worker
 */
public record TrainConfig(
    int workers,
    int threads,
    int batch,
    int epochs,
    int maxSteps,
    int validateEvery,
    int checkpointEvery,
    int keepCheckpoints,
    int decodeThreads,
    int timeoutSeconds) {}
