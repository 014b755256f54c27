// The drawing of a flow: steps as cards, ways out as lines. It is the picture; everything can be done in the list of steps too.
// Loaded when a flow is shown: the library behind it (@xyflow/react) is named in this folder alone.
import '@xyflow/react/dist/base.css'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMinus, IconPlus, IconZoomScan } from '@tabler/icons-react'
import {
  applyNodeChanges, Background, BaseEdge, BackgroundVariant, MarkerType, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore,
  type Edge, type EdgeProps, type NodeChange,
} from '@xyflow/react'
import { useCallback, useEffect, useId, useMemo, useRef, useState, type DragEvent } from 'react'
import { exitsOf, stepDragType, stepKinds, type StepKind, type Steps } from './flow'
import { Drawing, StepCard, type StepNode } from './flow_card'
import { heightOf, lineOf, placesOf, stepWidth, type Place } from './flow_layout'
import { useFlowTexts } from './texts'
import { tookWay, type Trace } from './trace'
import { cardOf, useFlowKeys } from './use_flow_keys'

export interface FlowEdits {
  move: (id: string, place: Place) => void
  connect: (from: string, exit: string, to: string) => void
  remove: (id: string) => void
  add: (kind: StepKind, place: Place) => void
}

interface CanvasProps {
  steps: Steps
  selected: string | undefined
  onSelect?: (id: string | undefined) => void
  /** To the step's form, by the keyboard. */
  onOpen?: (id: string) => void
  /** To what comes behind the drawing, by the keyboard. */
  onLeave?: () => void
  /** Not given: it is only looked at. */
  edits?: FlowEdits
  /** Steps with something wrong; true: only what is still open. */
  marks?: ReadonlyMap<string, boolean>
  trace?: Trace | undefined
}

type WayEdge = Edge<{ row: number }, 'way'>

const nodeTypes = { step: StepCard }
const edgeTypes = { way: WayLine }

export default function FlowCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  )
}

function Canvas({ steps, selected, onSelect, onOpen, onLeave, edits, marks, trace }: CanvasProps) {
  const { f } = useFlowTexts()
  const flow = useReactFlow<StepNode>()
  const keysId = useId()
  const drawing = useRef<HTMLDivElement>(null)
  const [edge, selectEdge] = useState<string>()
  const drawn = useMemo(() => nodesOf(steps, selected, marks, trace), [steps, selected, marks, trace])
  const [nodes, setNodes] = useState(drawn)
  // What the library has measured stays; what is dragged now is where the hand is.
  useEffect(() => setNodes((before) => drawn.map((node) => ({ ...before.find(({ id }) => id === node.id), ...node }))), [drawn])
  const edges = useMemo(() => edgesOf(steps, edge, trace), [steps, edge, trace])
  const show = useShow(steps)
  // Chosen elsewhere it comes into the picture.
  const last = useRef(selected)
  useEffect(() => {
    if (selected === last.current) return
    last.current = selected
    if (selected !== undefined) show(selected)
  }, [selected, show])

  const change = (changes: NodeChange<StepNode>[]): void => {
    setNodes((before) => applyNodeChanges(changes.filter(({ type }) => type === 'position' || type === 'dimensions'), before))
  }
  const removeWay = (): boolean => {
    const way = edges.find(({ id }) => id === edge)
    if (way === undefined || edits === undefined) return false
    edits.connect(way.source, way.sourceHandle ?? 'next', '')
    selectEdge(undefined)
    return true
  }
  const { doomed, spare, keyed } = useFlowKeys({ drawing, steps, selected, open: onOpen, leave: onLeave, remove: edits?.remove, removeWay })
  const around = useMemo(() => ({ steps, editable: edits !== undefined, doomed }), [steps, edits === undefined, doomed])
  const dropped = (event: DragEvent): void => {
    const kind = stepKinds.find((one) => one === event.dataTransfer.getData(stepDragType))
    if (edits === undefined || kind === undefined) return
    event.preventDefault()
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    edits.add(kind, { x: x - stepWidth / 2, y: y - 20 })
  }
  return (
    <div
      ref={drawing}
      className={edits === undefined ? 'flow-canvas reading' : 'flow-canvas'}
      role="group"
      aria-label={f('drawingReads', { count: steps.length })}
      aria-describedby={edits === undefined ? undefined : keysId}
      tabIndex={0}
      onKeyDown={keyed}
      onFocus={({ target }) => {
        spare()
        const id = target.getAttribute('data-step')
        if (id === null) return
        selectEdge(undefined)
        // A hand that presses on it sees it already.
        if (target.matches(':focus-visible')) show(id)
      }}
      onDragOver={(event) => {
        if (edits !== undefined && event.dataTransfer.types.includes(stepDragType)) event.preventDefault()
      }}
      onDrop={dropped}
    >
      {edits !== undefined && (
        <span className="for-readers" id={keysId}>
          {f('drawingKeys')}
        </span>
      )}
      <span className="for-readers" role="status">
        {doomed === undefined ? '' : f('deleteAgain')}
      </span>
      <Drawing value={around}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={change}
          onNodeDragStop={(_, node) => edits?.move(node.id, node.position)}
          onConnect={({ source, sourceHandle, target }) => edits?.connect(source, sourceHandle ?? 'next', target)}
          onNodeClick={(_, { id }) => {
            selectEdge(undefined)
            onSelect?.(id)
            // From here on the keyboard is on it.
            cardOf(drawing.current, id)?.focus({ preventScroll: true })
          }}
          onEdgeClick={(_, { id }) => selectEdge(edits === undefined ? undefined : id)}
          onPaneClick={() => {
            selectEdge(undefined)
            onSelect?.(undefined)
          }}
          nodesDraggable={edits !== undefined}
          nodesConnectable={edits !== undefined}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          elevateNodesOnSelect
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          minZoom={0.2}
          maxZoom={1.5}
          fitView
          fitViewOptions={{ padding: 0.08, maxZoom: 1 }}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
          <Zoom />
        </ReactFlow>
      </Drawing>
    </div>
  )
}

function Zoom() {
  const { f } = useFlowTexts()
  const flow = useReactFlow()
  const buttons = [
    { label: f('zoomIn'), Icon: IconPlus, act: () => void flow.zoomIn() },
    { label: f('zoomOut'), Icon: IconMinus, act: () => void flow.zoomOut() },
    { label: f('fit'), Icon: IconZoomScan, act: () => void flow.fitView({ padding: 0.08, maxZoom: 1 }) },
  ]
  return (
    <Panel position="bottom-left" className="flow-zoom">
      {buttons.map(({ label, Icon, act }) => (
        <Tooltip key={label} label={label}>
          <ActionIcon variant="default" size={28} aria-label={label} onClick={act}>
            <Icon size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      ))}
    </Panel>
  )
}

/** Brings a step into the picture, without another scale; nothing where it is in it. */
function useShow(steps: Steps): (id: string) => void {
  const flow = useReactFlow()
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  return useCallback(
    (id) => {
      const step = steps.find((one) => one.id === id)
      const place = step === undefined ? undefined : placesOf(steps).get(step.id)
      if (step === undefined || place === undefined || width === 0) return
      const { x, y, zoom } = flow.getViewport()
      const [left, top] = [place.x * zoom + x, place.y * zoom + y]
      const inside = left >= 0 && top >= 0 && left + stepWidth * zoom <= width && top + heightOf(step) * zoom <= height
      if (!inside) void flow.setCenter(place.x + stepWidth / 2, place.y + heightOf(step) / 2, { zoom })
    },
    [flow, steps, width, height],
  )
}

function nodesOf(steps: Steps, selected: string | undefined, marks: CanvasProps['marks'], trace: Trace | undefined): StepNode[] {
  const places = placesOf(steps)
  return steps.map((step, at) => ({
    id: step.id,
    type: 'step',
    position: places.get(step.id) ?? { x: 0, y: 0 },
    selected: step.id === selected,
    data: { step, first: at === 0, mark: marks?.get(step.id), taken: trace?.steps.includes(step.id) === true, waiting: trace?.waiting === step.id },
  }))
}

const edgesOf = (steps: Steps, selected: string | undefined, trace: Trace | undefined): WayEdge[] =>
  steps.flatMap((step) =>
    exitsOf(step).flatMap((exit, row): WayEdge[] => {
      if (exit.to === '' || !steps.some(({ id }) => id === exit.to)) return []
      const id = `${step.id} ${exit.id}`
      const taken = trace !== undefined && tookWay(trace, step.id, exit.to)
      const colour = id === selected || taken ? 'var(--wk-brand)' : 'var(--wk-n5)'
      return [{
        id, type: 'way', data: { row }, source: step.id, sourceHandle: exit.id, target: exit.to, selected: id === selected, className: taken ? 'taken' : '', style: { stroke: colour },
        markerEnd: { type: MarkerType.ArrowClosed, color: colour, width: 16, height: 16 },
      }]
    }),
  )

function WayLine({ id, sourceX, sourceY, targetX, targetY, data, style, markerEnd }: EdgeProps<WayEdge>) {
  const path = lineOf({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data?.row ?? 0)
  return <BaseEdge id={id} path={path} interactionWidth={16} {...(style === undefined ? {} : { style })} {...(markerEnd === undefined ? {} : { markerEnd })} />
}
