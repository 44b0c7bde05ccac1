package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Makes HRNet's next stage's branches: known ones keep or change channels, new ones are halved. */
final class Transition extends Layer {
  /** Null where a branch passes unchanged. */
  private final List<Chain> layers = new ArrayList<>();

  Transition(List<Integer> before, List<Integer> after, NormConfig norm) {
    int last = before.size() - 1;
    for (int i = 0; i < after.size(); i++) {
      layers.add(null);
      if (i > last) {
        layers.set(i, add("" + i, halvings(before.get(last), after.get(i), i - last, norm)));
      } else if (!before.get(i).equals(after.get(i))) {
        layers.set(
            i,
            add(
                "" + i,
                new Chain()
                    .then(
                        "",
                        new ConvolutionNorm(
                            Shape.of("0", "1", before.get(i), after.get(i), 3, 1), norm))));
      }
    }
  }

  private static Chain halvings(int in, int out, int count, NormConfig norm) {
    Chain chain = new Chain();
    for (int k = 0; k < count; k++) {
      chain.then(
          "",
          new ConvolutionNorm(
              Shape.of(k + ".0", k + ".1", in, k == count - 1 ? out : in, 3, 2), norm));
    }
    return chain;
  }

  @Override
  public NDList forward(Tape tape, NDList inputs) {
    int last = inputs.size() - 1;
    // The coarsest branch is read by its own path and by those of the new branches.
    NDArray shared = tape.cut(inputs.get(last));
    NDArray[] outputs = new NDArray[layers.size()];
    List<Chain> paths = new ArrayList<>();
    NDList from = new NDList();
    for (int i = 0; i < outputs.length; i++) {
      NDArray x = i < last ? inputs.get(i) : shared;
      if (layers.get(i) == null) {
        outputs[i] = x;
      } else {
        paths.add(layers.get(i));
        from.add(x);
      }
    }
    Iterator<NDArray> changed = Chain.sideBySide(tape, paths, from).iterator();
    for (int i = 0; i < outputs.length; i++) {
      if (outputs[i] == null) {
        outputs[i] = changed.next();
      }
    }
    if (layers.get(last) != null) {
      tape.endCut(shared);
    }
    return new NDList(outputs);
  }
}
