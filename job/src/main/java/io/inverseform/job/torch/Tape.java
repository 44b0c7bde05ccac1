package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * One forward pass of a network on one thread, and in training its backward pass.
 *
 * <p>Autograd runs between cuts. At a cut the tensor that comes in keeps its history and a leaf is
 * handed on; {@link #backward} runs the segments in reverse order and carries the gradient over
 * each cut, through the cut's {@link Node} if it has one. So a parameter's gradient is final as
 * soon as every cut made after its first use is done, and is given away there.
 *
 * <p>Ownership: who reads an activation last gives it back with {@link #release}; who made a cut
 * says {@link #endCut} when all readers are through. An inference tape frees memory at both, a
 * training tape keeps leaves until their segment has run backward.
 */
public final class Tape implements AutoCloseable {
  private static final ChannelMasks NO_DROPOUT =
      (layer, samples, channels, probability) -> {
        throw new IllegalStateException(
            "dropout " + probability + " in " + layer + " but this tape was given no masks");
      };

  private final NDManager manager;
  private final Gradients gradients;
  private final ChannelMasks masks;
  private final boolean previousMode;
  private final List<Cut> cuts = new ArrayList<>();
  private final List<Use> uses = new ArrayList<>();
  private final Map<Parameter, PtNDArray> leaves = new IdentityHashMap<>();

  /** What a cut needs in the backward pass, and whether it is a cut's leaf. */
  private final Map<NDArray, Boolean> kept = new IdentityHashMap<>();

  private record Cut(Node node, NDArray[] inputs, NDArray[] leaves) {}

  /** A parameter's first use. */
  private record Use(Parameter parameter, PtNDArray leaf, int cutsBefore) {}

  private Tape(NDManager manager, Gradients gradients, ChannelMasks masks, boolean differentiable) {
    this.manager = manager;
    this.gradients = gradients;
    this.masks = masks;
    previousMode = JniUtils.isGradMode();
    JniUtils.setGradMode(differentiable);
    // Thread-local in libtorch: profiling and fusing cost more than they give on these operators.
    JniUtils.setGraphExecutorOptimize(false);
  }

  /**
   * A tape for one training step.
   *
   * @param manager owns the step's arrays
   * @param gradients receives each parameter's gradient during {@link #backward}
   * @param masks draws dropout masks
   */
  public static Tape training(NDManager manager, Gradients gradients, ChannelMasks masks) {
    return new Tape(manager, gradients, masks, true);
  }

  /** A tape for one pass without gradients; batch norms use their running statistics. */
  public static Tape inference(NDManager manager) {
    return new Tape(manager, null, NO_DROPOUT, false);
  }

  /**
   * A tape for one pass through frozen layers: they run as in inference and their parameters are
   * constants, but the outputs carry their inputs' history.
   */
  public static Tape frozen(NDManager manager) {
    return new Tape(manager, null, NO_DROPOUT, true);
  }

  /** Whether this is a training step. */
  public boolean training() {
    return gradients != null;
  }

  /** Owner of the step's arrays. */
  public NDManager manager() {
    return manager;
  }

  /** The parameter's weights, for one or more uses in this pass; not to be closed. */
  public NDArray use(Parameter parameter) {
    if (!training() || !parameter.requiresGradient()) {
      return parameter.getArray();
    }
    return leaves.computeIfAbsent(parameter, this::leaf);
  }

  private PtNDArray leaf(Parameter parameter) {
    // A fresh leaf each step: its gradient goes with it, and no weight carries one between steps.
    PtNDArray leaf = (PtNDArray) Operators.detach(manager, parameter.getArray());
    JniUtils.attachGradient(leaf, true);
    uses.add(new Use(parameter, leaf, cuts.size()));
    return leaf;
  }

  /**
   * Hands x on to several readers; needed wherever a tensor is read more than once.
   *
   * @return a tensor of the same values, to be ended with {@link #endCut}
   */
  public NDArray cut(NDArray x) {
    if (!training()) {
      kept.put(x, Boolean.TRUE);
      return x;
    }
    NDArray leaf = Operators.detach(manager, x);
    record(null, new NDArray[] {x}, new NDArray[] {leaf});
    return leaf;
  }

  /**
   * Runs a node forward and, in training, records it for the backward pass.
   *
   * @throws IllegalStateException on a frozen tape, whose outputs would lose their history
   */
  public NDArray[] apply(Node node, NDArray... x) {
    boolean mode = JniUtils.isGradMode();
    if (mode && !training()) {
      throw new IllegalStateException(
          node.getClass().getSimpleName() + " cannot run on a frozen tape: autograd ends there");
    }
    JniUtils.setGradMode(false);
    NDArray[] y;
    try {
      y = node.forward(x);
    } finally {
      JniUtils.setGradMode(mode);
    }
    if (training()) {
      record(node, x, y);
    } else {
      node.close();
    }
    return y;
  }

  private void record(Node node, NDArray[] inputs, NDArray[] leaves) {
    for (NDArray leaf : leaves) {
      JniUtils.attachGradient((PtNDArray) leaf, true);
      kept.put(leaf, Boolean.TRUE);
    }
    for (NDArray input : inputs) {
      kept.putIfAbsent(input, Boolean.FALSE);
    }
    cuts.add(new Cut(node, inputs, leaves));
  }

  /** Says that the caller was the last to read x. */
  public void release(NDArray x) {
    if (!kept.containsKey(x)) {
      x.close();
    }
  }

  /** Says that all readers of a cut's tensor are through. */
  public void endCut(NDArray y) {
    if (!training()) {
      kept.remove(y);
      y.close();
    }
  }

  /**
   * Factors that drop channels of x, shape (N, C, 1, 1).
   *
   * @param layer path of the dropout layer
   */
  public NDArray channelMask(String layer, NDArray x, double probability) {
    Shape shape = x.getShape();
    int samples = Math.toIntExact(shape.get(0));
    int channels = Math.toIntExact(shape.get(1));
    float[] factors = masks.draw(layer, samples, channels, probability);
    return Tensors.of(manager, factors, new Shape(samples, channels, 1, 1));
  }

  /**
   * Runs the whole backward pass and gives every used parameter's gradient away.
   *
   * @param loss a scalar
   */
  public void backward(NDArray loss) {
    try (NDArray one = loss.onesLike()) {
      JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
    }
    giveAway(cuts.size());
    for (int i = cuts.size() - 1; i >= 0; i--) {
      carry(cuts.get(i));
      giveAway(i);
    }
  }

  /** Gives away the gradients of all parameters that were first used behind so many cuts. */
  private void giveAway(int cutsBefore) {
    for (int last = uses.size() - 1;
        last >= 0 && uses.get(last).cutsBefore() >= cutsBefore;
        last--) {
      Use use = uses.remove(last);
      try (NDArray gradient = JniUtils.getGradient(use.leaf())) {
        gradients.onFinal(use.parameter(), gradient);
      }
      use.leaf().close();
    }
  }

  private void carry(Cut cut) {
    NDArray[] dy = new NDArray[cut.leaves().length];
    boolean any = false;
    for (int i = 0; i < dy.length; i++) {
      dy[i] = JniUtils.getGradient((PtNDArray) cut.leaves()[i]);
      any |= dy[i] != null;
      cut.leaves()[i].close();
    }
    if (any) {
      NDArray[] dx = cut.node() == null ? dy : cut.node().backward(dy);
      for (int i = 0; i < dx.length; i++) {
        if (dx[i] != null) {
          carry((PtNDArray) cut.inputs()[i], (PtNDArray) dx[i]);
        }
      }
    }
    for (NDArray input : cut.inputs()) {
      // An earlier cut's leaf still gathers gradients.
      if (!kept.get(input)) {
        input.close();
      }
    }
    if (cut.node() != null) {
      cut.node().close();
    }
  }

  private static void carry(PtNDArray x, PtNDArray dx) {
    if (Operators.requiresGradient(x)) {
      JniUtils.backward(x, dx, false, false);
    }
    dx.close();
  }

  /** Restores the thread's gradient mode; the arrays live on with the manager. */
  @Override
  public void close() {
    for (Cut cut : cuts) {
      if (cut.node() != null) {
        cut.node().close();
      }
    }
    JniUtils.setGradMode(previousMode);
  }
}
