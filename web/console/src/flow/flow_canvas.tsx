// The drawing of a flow: steps as cards, ways out as lines. It is the picture; everything can be done in the list of steps too.
// Loaded when a flow is shown: the library behind it (@xyflow/react) is named in this folder alone.
import '@xyflow/react/dist/base.css'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMinus, IconPlus, IconZoomScan } from '@tabler/icons-react'
import type { FlowStep } from '@weikeyi/sdk/json'
import {
  applyNodeChanges, Background, BaseEdge, BackgroundVariant, Handle, MarkerType, Panel, Position, ReactFlow, ReactFlowProvider, useReactFlow, useStore,
  type Edge, type EdgeProps, type Node, type NodeChange, type NodeProps,
} from '@xyflow/react'
import { createContext, useContext, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { exitsOf, stepDragType, stepKinds, type StepKind, type Steps } from './flow'
import { excerptOf, exitName, kindName, nowhereShortKey } from './flow_words'
import { heightOf, lineOf, placesOf, stepWidth, type Place } from './flow_layout'
import { StepIcon } from './step_icon'
import { useFlowTexts } from './texts'
import { tookWay, type Trace } from './trace'

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
  /** Not given: it is only looked at. */
  edits?: FlowEdits
  /** Steps with something wrong; true: only what is still open. */
  marks?: ReadonlyMap<string, boolean>
  trace?: Trace | undefined
}

type StepNode = Node<{ step: FlowStep; first: boolean; mark: boolean | undefined; taken: boolean; waiting: boolean }, 'step'>

type WayEdge = Edge<{ row: number }, 'way'>

const nodeTypes = { step: StepCard }
const edgeTypes = { way: WayLine }
const Connectable = createContext(false)

export default function FlowCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Connectable value={props.edits !== undefined}>
        <Canvas {...props} />
      </Connectable>
    </ReactFlowProvider>
  )
}

function Canvas({ steps, selected, onSelect, edits, marks, trace }: CanvasProps) {
  const { f } = useFlowTexts()
  const flow = useReactFlow<StepNode>()
  const [edge, selectEdge] = useState<string>()
  const drawn = useMemo(() => nodesOf(steps, selected, marks, trace), [steps, selected, marks, trace])
  const [nodes, setNodes] = useState(drawn)
  // What the library has measured stays; what is dragged now is where the hand is.
  useEffect(() => setNodes((before) => drawn.map((node) => ({ ...before.find(({ id }) => id === node.id), ...node }))), [drawn])
  const edges = useMemo(() => edgesOf(steps, edge, trace), [steps, edge, trace])
  useInView(selected, steps)

  const change = (changes: NodeChange<StepNode>[]): void => {
    setNodes((before) => applyNodeChanges(changes.filter(({ type }) => type === 'position' || type === 'dimensions'), before))
  }
  const keyed = (event: KeyboardEvent): void => {
    if (edits === undefined || (event.key !== 'Delete' && event.key !== 'Backspace')) return
    const way = edges.find(({ id }) => id === edge)
    if (way !== undefined) edits.connect(way.source, way.sourceHandle ?? 'next', '')
    else if (selected !== undefined) edits.remove(selected)
    else return
    event.preventDefault()
    selectEdge(undefined)
  }
  const dropped = (event: DragEvent): void => {
    const kind = stepKinds.find((one) => one === event.dataTransfer.getData(stepDragType))
    if (edits === undefined || kind === undefined) return
    event.preventDefault()
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    edits.add(kind, { x: x - stepWidth / 2, y: y - 20 })
  }
  return (
    <div
      className={edits === undefined ? 'flow-canvas reading' : 'flow-canvas'}
      role="group"
      aria-label={f('drawingReads', { count: steps.length })}
      tabIndex={0}
      onKeyDown={keyed}
      onDragOver={(event) => {
        if (edits !== undefined && event.dataTransfer.types.includes(stepDragType)) event.preventDefault()
      }}
      onDrop={dropped}
    >
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

/** A step that is chosen elsewhere comes into the picture, without another scale. */
function useInView(selected: string | undefined, steps: Steps): void {
  const flow = useReactFlow()
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const last = useRef<string>(undefined)
  useEffect(() => {
    if (selected === last.current) return
    last.current = selected
    const step = steps.find(({ id }) => id === selected)
    const place = step === undefined ? undefined : placesOf(steps).get(step.id)
    if (step === undefined || place === undefined || width === 0) return
    const { x, y, zoom } = flow.getViewport()
    const [left, top] = [place.x * zoom + x, place.y * zoom + y]
    const inside = left >= 0 && top >= 0 && left + stepWidth * zoom <= width && top + heightOf(step) * zoom <= height
    if (!inside) void flow.setCenter(place.x + stepWidth / 2, place.y + heightOf(step) / 2, { zoom })
  }, [flow, selected, steps, width, height])
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

function StepCard({ data: { step, first, mark, taken, waiting }, selected }: NodeProps<StepNode>) {
  const { f } = useFlowTexts()
  const connectable = useContext(Connectable)
  const kind = step.kind?.$case
  const classes = ['flow-node', selected && 'selected', first && 'first', taken && 'taken', waiting && 'waiting', mark === false && 'wrong', mark === true && 'open'].filter((one) => typeof one === 'string')
  return (
    <div className={classes.join(' ')}>
      <Handle type="target" position={Position.Top} className="flow-in" isConnectable={connectable} />
      <div className="flow-node-head">
        <StepIcon kind={kind} size={15} />
        <span>{kindName(kind, f)}</span>
        {mark !== undefined && <span className="flow-node-mark" aria-hidden />}
      </div>
      <div className="flow-node-words" dir="auto">
        {excerptOf(step, f)}
      </div>
      {exitsOf(step).map((exit) => {
        const name = exitName(exit, f, kind === 'call')
        return (
          <div key={exit.id} className="flow-exit">
            <span className="flow-exit-name" dir="auto">
              {name}
            </span>
            {exit.to === '' && <span className="flow-exit-end">{f(nowhereShortKey(exit))}</span>}
            <Handle type="source" id={exit.id} position={Position.Right} className="flow-out" isConnectable={connectable} title={f('handleOut', { exit: name })} />
          </div>
        )
      })}
    </div>
  )
}
