package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One forward pass of a network on one thread, and in training its backward pass.
 *
 * <p>Autograd runs between cuts. At a cut the tensor that comes in keeps its history and a leaf is
 * handed on; {@link #backward} runs the segments in reverse order and carries the gradient over
 * each cut, through the cut's {@link Node} if it has one. So a parameter's gradient is final as
 * soon as every cut made after its first use is done, and is given away there.
 *
 * <p>Ownership: who reads an activation last gives it back with {@link #release}; who made a cut
 * says {@link #endCut} when all readers are through. A pass without a backward pass frees memory at
 * both; otherwise leaves are kept until their segment has run backward.
 */
public final class Tape implements AutoCloseable {
  private static final ChannelMasks KEEP_ALL =
      (layer, samples, channels, probability) -> {
        float[] ones = new float[samples * channels];
        Arrays.fill(ones, 1);
        return ones;
      };

  private static final ChannelMasks NO_DROPOUT =
      (layer, samples, channels, probability) -> {
        throw new IllegalStateException(
            "dropout " + probability + " in " + layer + " but this tape was given no masks");
      };

  private final Pass pass;

  /** The tape of which this one runs a checkpoint, or null; parameters and gradients are its. */
  private final Tape outer;

  private final Kept count = new Kept();
  private final NDManager manager;
  private final ChannelMasks masks;
  private final Group group;
  private final boolean previousMode;
  private final List<Cut> cuts = new ArrayList<>();
  private final ParameterLeaves parameters;

  /**
   * What is not its readers' to close, and whether it outlives the backward pass of its readers.
   */
  private final Map<NDArray, Boolean> kept = new IdentityHashMap<>();

  private record Cut(Node node, NDArray[] inputs, NDArray[] leaves) {}

  private Tape(
      Pass pass,
      Tape outer,
      NDManager manager,
      Gradients gradients,
      ChannelMasks masks,
      Group group) {
    this.pass = pass;
    this.outer = outer;
    this.manager = manager;
    this.parameters = new ParameterLeaves(manager, gradients);
    this.masks = masks;
    this.group = group;
    previousMode = JniUtils.isGradMode();
    JniUtils.setGradMode(pass.records() || pass == Pass.FROZEN);
    // Thread-local in libtorch: profiling and fusing cost more than they give on these operators.
    JniUtils.setGraphExecutorOptimize(false);
  }

  /**
   * A tape for one training step of a worker alone.
   *
   * @param manager owns the step's arrays
   * @param gradients receives each parameter's gradient during {@link #backward}
   * @param masks draws dropout masks
   */
  public static Tape training(NDManager manager, Gradients gradients, ChannelMasks masks) {
    return training(manager, gradients, masks, Group.ALONE);
  }

  /**
   * A tape for one training step of a group of workers, who all run the same layers.
   *
   * @param manager owns the step's arrays
   * @param gradients receives each parameter's gradient during {@link #backward}
   * @param masks draws dropout masks
   */
  public static Tape training(
      NDManager manager, Gradients gradients, ChannelMasks masks, Group group) {
    return new Tape(Pass.TRAINING, null, manager, gradients, masks, group);
  }

  /** A tape for one pass without gradients; batch norms use their running statistics. */
  public static Tape inference(NDManager manager) {
    return new Tape(Pass.INFERENCE, null, manager, null, NO_DROPOUT, Group.ALONE);
  }

  /**
   * A tape for one pass through frozen layers: they run as in inference and their parameters are
   * constants, but the outputs carry their inputs' history.
   */
  public static Tape frozen(NDManager manager) {
    return new Tape(Pass.FROZEN, null, manager, null, NO_DROPOUT, Group.ALONE);
  }

  /** A tape for one pass as in training that says what a backward pass would need. */
  public static Tape counting(NDManager manager) {
    return new Tape(Pass.COUNTING, null, manager, null, KEEP_ALL, Group.ALONE);
  }

  /** A tape for the first pass through a checkpoint of this one. */
  Tape unrecorded(NDManager arrays, Group rounds) {
    return new Tape(Pass.UNRECORDED, this, arrays, null, masks, rounds);
  }

  /** A tape for the second pass through a checkpoint of this one. */
  Tape recomputing(NDManager arrays, Group rounds) {
    return new Tape(Pass.RECOMPUTING, this, arrays, null, masks, rounds);
  }

  /** Whether this pass is part of a training step: batches have statistics, dropout drops. */
  public boolean training() {
    return pass.trains();
  }

  /** The workers that run this step together. */
  public Group group() {
    return group;
  }

  /**
   * Share of this pass's batch in running statistics: none where a checkpoint runs a layer again.
   *
   * @param configured share of a batch
   */
  public double momentum(double configured) {
    return pass.movesStatistics() ? configured : 0;
  }

  /** Owner of the step's arrays. */
  public NDManager manager() {
    return manager;
  }

  /** The parameter's weights, for one or more uses in this pass; not to be closed. */
  public NDArray use(Parameter parameter) {
    NDArray weights;
    if (outer != null) {
      weights = outer.use(parameter);
    } else if (pass.records() && parameter.requiresGradient()) {
      weights = parameters.leaf(parameter, cuts.size());
    } else {
      weights = parameter.getArray();
    }
    kept.put(weights, Boolean.TRUE);
    return weights;
  }

  /**
   * Hands x on to several readers; needed wherever a tensor is read more than once.
   *
   * @return a tensor of the same values, to be ended with {@link #endCut}
   */
  public NDArray cut(NDArray x) {
    if (!pass.records()) {
      kept.put(x, Boolean.TRUE);
      return x;
    }
    NDArray leaf = Operators.detach(manager, x);
    record(null, new NDArray[] {x}, new NDArray[] {leaf});
    return leaf;
  }

  /**
   * Runs a node forward and, before a backward pass, records it.
   *
   * @param x its inputs; the caller releases those that it read last
   * @return its outputs, activations as those of any operator
   * @throws IllegalStateException on a frozen tape, whose outputs would lose their history
   */
  public NDArray[] apply(Node node, NDArray... x) {
    if (pass == Pass.FROZEN) {
      throw new IllegalStateException(
          node.getClass().getSimpleName() + " cannot run on a frozen tape: autograd ends there");
    }
    NDArray[] y = withoutGradients(node::forward, x);
    if (!pass.records()) {
      node.close();
      return y;
    }
    // Added to what it computes, a leaf of zeros that needs no memory takes the gradient; the
    // output itself can be overwritten and closed.
    NDArray[] sinks = new NDArray[y.length];
    for (int i = 0; i < y.length; i++) {
      sinks[i] = Operators.zerosLike(y[i]);
    }
    record(node, x, sinks);
    for (int i = 0; i < y.length; i++) {
      Operators.addInPlace(y[i], sinks[i]);
    }
    return y;
  }

  /**
   * Runs a layer without keeping its activations: before its backward pass it runs once more. Its
   * outputs must share no history but through cuts.
   *
   * @param inputs as of {@link Layer#forward(Tape, NDList)}
   * @return its outputs as cuts' tensors, to be ended with {@link #endCut}
   */
  public NDList checkpoint(Layer layer, NDList inputs) {
    if (!pass.records()) {
      NDList y =
          pass == Pass.COUNTING
              ? count.checkpoint(inputs, () -> layer.forward(this, inputs))
              : layer.forward(this, inputs);
      y.forEach(output -> kept.put(output, Boolean.TRUE));
      return y;
    }
    Checkpoint node = new Checkpoint(this, layer);
    NDArray[] x = inputs.toArray(new NDArray[0]);
    NDArray[] y = withoutGradients(node::forward, x);
    record(node, x, y);
    return new NDList(y);
  }

  private static NDArray[] withoutGradients(UnaryOperator<NDArray[]> function, NDArray[] x) {
    boolean mode = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try {
      return function.apply(x);
    } finally {
      JniUtils.setGradMode(mode);
    }
  }

  /** Inputs from outside of this tape, as leaves whose gradients are asked for in the end. */
  NDList leaves(NDArray[] inputs) {
    NDList own = new NDList();
    for (NDArray input : inputs) {
      NDArray leaf = Operators.detach(manager, input);
      if (Operators.requiresGradient(input)) {
        JniUtils.attachGradient((PtNDArray) leaf, true);
      }
      kept.put(leaf, Boolean.TRUE);
      own.add(leaf);
    }
    return own;
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

  /**
   * Says, for {@link #keptBytes}, what a layer needs in the backward pass.
   *
   * @param x what it reads; counted once, however many read it
   * @param more what it has made on its way, as large as this
   */
  public void keeps(NDArray x, NDArray more) {
    if (pass == Pass.COUNTING) {
      count.add(x);
      count.more(more);
    }
  }

  /** Bytes of the activations that a backward pass would need; of a counting tape. */
  public long keptBytes() {
    return count.bytes();
  }

  /** Says that the caller was the last to read x. */
  public void release(NDArray x) {
    if (!kept.containsKey(x)) {
      x.close();
    }
  }

  /** Says that all readers of a cut's tensor are through. */
  public void endCut(NDArray y) {
    if (!pass.records()) {
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
    rewind();
  }

  /**
   * Runs the whole backward pass from several outputs.
   *
   * @param dy their gradients, null where there is none; closed
   */
  void backward(NDArray[] y, NDArray[] dy) {
    // What the outputs share adds up in the order in which autograd would: the last made first.
    for (int i = y.length - 1; i >= 0; i--) {
      if (dy[i] != null) {
        carry((PtNDArray) y[i], (PtNDArray) dy[i]);
      }
    }
    rewind();
  }

  private void rewind() {
    parameters.giveAway(cuts.size());
    for (int i = cuts.size() - 1; i >= 0; i--) {
      carry(cuts.get(i));
      parameters.giveAway(i);
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
      NDArray[] dx = cut.node() == null ? dy : withoutGradients(cut.node()::backward, dy);
      for (int i = 0; i < dx.length; i++) {
        if (dx[i] != null) {
          carry((PtNDArray) cut.inputs()[i], (PtNDArray) dx[i]);
        }
      }
    }
    for (NDArray input : cut.inputs()) {
      // A leaf, of an earlier cut or a parameter's, still gathers gradients.
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
