package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A layer whose activations are not kept: it runs once more in the backward pass (Chen et al.,
 * "Training Deep Nets with Sublinear Memory Cost", 2016). The second run repeats the first bit for
 * bit: masks are drawn by name, what the group's rounds came to is remembered, and running
 * statistics do not move again.
 */
final class Checkpoint implements Node {
  private final Tape tape;
  private final Layer layer;
  private final Queue<double[]> rounds = new ArrayDeque<>();
  private NDArray[] inputs;

  Checkpoint(Tape tape, Layer layer) {
    this.tape = tape;
    this.layer = layer;
  }

  private record Recording(Group group, Queue<double[]> rounds) implements Group {
    @Override
    public int size() {
      return group.size();
    }

    @Override
    public double[] sum(double[] values) {
      double[] sum = group.sum(values);
      rounds.add(sum);
      return sum;
    }
  }

  /** The forward pass takes all that was recorded; the backward pass makes rounds of its own. */
  private record Replay(Group group, Queue<double[]> rounds) implements Group {
    @Override
    public int size() {
      return group.size();
    }

    @Override
    public double[] sum(double[] values) {
      return rounds.isEmpty() ? group.sum(values) : rounds.remove();
    }
  }

  @Override
  public NDArray[] forward(NDArray[] x) {
    inputs = x;
    try (NDManager arrays = tape.manager().newSubManager();
        Tape once = tape.unrecorded(arrays, new Recording(tape.group(), rounds))) {
      NDList y = layer.forward(once, once.leaves(x));
      y.attach(tape.manager());
      return y.toArray(new NDArray[0]);
    }
  }

  @Override
  public NDArray[] backward(NDArray[] dy) {
    try (NDManager arrays = tape.manager().newSubManager();
        Tape again = tape.recomputing(arrays, new Replay(tape.group(), rounds))) {
      NDList leaves = again.leaves(inputs);
      NDList y = layer.forward(again, new NDList(leaves));
      again.backward(y.toArray(new NDArray[0]), dy);
      NDArray[] dx = new NDArray[inputs.length];
      for (int i = 0; i < dx.length; i++) {
        dx[i] = JniUtils.getGradient((PtNDArray) leaves.get(i));
        if (dx[i] != null) {
          dx[i].attach(tape.manager());
        }
      }
      return dx;
    }
  }

  @Override
  public void close() {
    rounds.clear();
  }
}
