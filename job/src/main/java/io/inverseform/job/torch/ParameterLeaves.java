package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A step's parameters as leaves of autograd: fresh ones each step, so that the gradients go with
 * them and no weight carries one from step to step.
 */
final class ParameterLeaves {
  private final NDManager manager;
  private final Gradients gradients;
  private final List<Use> uses = new ArrayList<>();
  private final Map<Parameter, PtNDArray> leaves = new IdentityHashMap<>();

  /** A parameter's first use. */
  private record Use(Parameter parameter, PtNDArray leaf, int cutsBefore) {}

  ParameterLeaves(NDManager manager, Gradients gradients) {
    this.manager = manager;
    this.gradients = gradients;
  }

  /**
   * The parameter's leaf, for one or more uses.
   *
   * @param cutsBefore made so far
   */
  NDArray leaf(Parameter parameter, int cutsBefore) {
    return leaves.computeIfAbsent(parameter, first -> firstUse(first, cutsBefore));
  }

  private PtNDArray firstUse(Parameter parameter, int cutsBefore) {
    PtNDArray leaf = (PtNDArray) Operators.detach(manager, parameter.getArray());
    JniUtils.attachGradient(leaf, true);
    uses.add(new Use(parameter, leaf, cutsBefore));
    return leaf;
  }

  /** Gives away the gradients of all parameters that were first used behind so many cuts. */
  void giveAway(int cutsBefore) {
    int first = uses.size();
    while (first > 0 && uses.get(first - 1).cutsBefore() >= cutsBefore) {
      first--;
    }
    if (first == uses.size()) {
      return;
    }
    List<Use> last = uses.subList(first, uses.size());
    Collections.reverse(last);
    List<NDArray> values = new ArrayList<>();
    try {
      last.forEach(use -> values.add(JniUtils.getGradient(use.leaf())));
      gradients.onFinal(last.stream().map(Use::parameter).toList(), values);
    } finally {
      values.stream().filter(Objects::nonNull).forEach(NDArray::close);
    }
    last.forEach(use -> use.leaf().close());
    last.clear();
  }
}
