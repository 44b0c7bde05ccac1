package io.inverseform.job.cli;

import java.util.Map;

record PretrainScores(Map<String, Double> scores) {}
